"""Uses the hub by a client made of its own document: carries an idea from its submission to its deletion, is told what is
wrong with a change, and reads with every call that reads."""

import base64
import os

from automation_hub.api.application_inventory import list_applications
from automation_hub.api.audit_logs import list_audit_logs
from automation_hub.api.automation_ideas import (
    delete_idea,
    get_automation,
    list_automations,
    move_idea,
    set_tags,
    submit_idea,
)
from automation_hub.api.automation_pipeline import list_pipeline
from automation_hub.api.automation_store import list_store, list_store_reviews
from automation_hub.api.categories import hierarchy
from automation_hub.api.collaborators import add_collaborators, list_collaborators, list_collaborators_of
from automation_hub.api.components import list_automation_components, list_components
from automation_hub.api.cost_benefit_analysis import get_cost_benefit
from automation_hub.api.documents import add_document, download_file, list_documents, list_media
from automation_hub.api.idea_flows import automation_schema, idea_schema, list_idea_flows, list_questions
from automation_hub.api.session import auth_info
from automation_hub.api.users import list_roles, list_users
from automation_hub.client import AuthenticatedClient
from automation_hub.models import (
    AddFileDocumentRequest,
    CollaboratorByEmailAndRoleId,
    CollaboratorsRequest,
    EncodedFile,
    MoveIdeaToStatusRequest,
    Problem,
    SetTagsRequest,
    SubmitIdeaByCategoryId,
)

NAME = "Round trip in Python"
PLAN = b"How it goes"
BUSINESS_ANALYST = 16
APPROVED = 47


def main():
    client = AuthenticatedClient(
        base_url=os.environ["HUB_URL"],
        token=os.environ["HUB_TOKEN"],
        headers={"x-ah-openapi-auth": "openapi-token"},
    )
    me = auth_info.sync(client=client).data.user
    id = submit(client, me)
    found = list_automations.sync(client=client, search=NAME, limit=5).data
    assert id in [one.process_id for one in found.processes], found

    attach(client, id)
    change(client, id, me)
    read_everything(client, id)

    delete_idea.sync(str(id), client=client)
    gone = get_automation.sync(str(id), client=client)
    assert isinstance(gone, Problem) and gone.status_code == 404, gone


def submit(client, me):
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
    return id


def attach(client, id):
    file = EncodedFile(
        file_name="plan.txt",
        mimetype="text/plain",
        file_encoding="base64",
        file_content=base64.b64encode(PLAN).decode(),
    )
    document = AddFileDocumentRequest(
        document_title="Plan", document_description="From the order to the payment", document_type_id=1, file=file
    )
    added = add_document.sync(str(id), client=client, body=document).data
    assert [one.file_id for one in list_documents.sync(str(id), client=client).data.documents] == [added.file_id]
    assert download_file.sync_detailed(added.file_id, client=client).content == PLAN
    part = download_file.sync_detailed(added.file_id, client=client, range_="bytes=0-2")
    assert (part.status_code, part.content) == (206, PLAN[:3]), part


def change(client, id, me):
    refusal = set_tags.sync(str(id), client=client, body=SetTagsRequest(tags=["x" * 51]))
    assert isinstance(refusal, Problem) and refusal.status_code == 400, refusal
    assert "tags/0" in refusal.error_details, refusal
    set_tags.sync(str(id), client=client, body=SetTagsRequest(tags=["Made by a client"]))
    analyst = CollaboratorByEmailAndRoleId(user_email=me.user_email, role_id=BUSINESS_ANALYST)
    add_collaborators.sync(str(id), client=client, body=CollaboratorsRequest(collaborators=[analyst]))
    move_idea.sync(client=client, body=MoveIdeaToStatusRequest(process_id=id, phase_status_id=APPROVED))
    record = get_automation.sync(str(id), client=client).data
    assert record.tags == ["Made by a client"], record.tags
    assert (record.process_num_collaborators, record.process_phase_status_id) == (1, APPROVED), record


def read_everything(client, id):
    """Each call that reads is answered, and its answer read by what was made of the document."""
    for call in [
        auth_info,
        hierarchy,
        idea_schema,
        list_applications,
        list_audit_logs,
        list_automations,
        list_components,
        list_idea_flows,
        list_pipeline,
        list_questions,
        list_roles,
        list_store,
        list_users,
    ]:
        assert_read(call.sync_detailed(client=client), call)
    for call in [
        automation_schema,
        get_automation,
        list_automation_components,
        list_documents,
        list_media,
        list_store_reviews,
    ]:
        assert_read(call.sync_detailed(str(id), client=client), call)
    for call in [get_cost_benefit, list_collaborators, list_collaborators_of]:
        assert_read(call.sync_detailed(client=client, id=str(id)), call)


def assert_read(answer, call):
    told = (call.__name__, answer.status_code, answer.content)
    assert answer.status_code == 200 and answer.parsed is not None, told


main()
