"""Uses the hub by a client made of its own document: submits an idea, finds it, and is told what is wrong with another."""

import os

from automation_hub.api.automation_ideas import get_automation, list_automations, set_tags, submit_idea
from automation_hub.api.categories import hierarchy
from automation_hub.api.session import auth_info
from automation_hub.client import AuthenticatedClient
from automation_hub.models import Problem, SetTagsRequest, SubmitIdeaByCategoryId

NAME = "Round trip in Python"


def main():
    client = AuthenticatedClient(
        base_url=os.environ["HUB_URL"],
        token=os.environ["HUB_TOKEN"],
        headers={"x-ah-openapi-auth": "openapi-token"},
    )
    me = auth_info.sync(client=client).data.user
    categories = hierarchy.sync(client=client).data.categories
    category = next(one for one in categories if one.category_is_active == 1)
    idea = SubmitIdeaByCategoryId(
        process_name=NAME,
        process_description="Submitted by a client made of the document.",
        category_id=category.category_id,
        rules=5,
        input_type=4,
        input_quality=3,
        stability=4,
        documentation=2,
        owner=me.user_email,
    )
    submitted = submit_idea.sync_detailed(client=client, body=idea)
    assert submitted.status_code == 201, submitted
    id = submitted.parsed.data.process_id

    record = get_automation.sync(str(id), client=client).data
    assert record.process_name == NAME, record
    assert record.process_submitter.user_email == me.user_email, record

    page = list_automations.sync(client=client, search=NAME, limit=5).data
    assert id in [one.process_id for one in page.processes], page

    refusal = set_tags.sync(str(id), client=client, body=SetTagsRequest(tags=["x" * 51]))
    assert isinstance(refusal, Problem) and refusal.status_code == 400, refusal
    assert "tags/0" in refusal.error_details, refusal


main()
