"""What schemathesis has to know beyond the document: the range of a format, and what no schema can say."""

import os
import re
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import AcceptedNegativeData, RejectedPositiveData

INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}

# Sentences about which records there are, and about how members and records fit together.
BEYOND_SCHEMAS = [
    "This list goes by limit and page, or by offset.",
    r"There is no such .*",
    r"Invalid Category Id\.",
    r"Nobody has this address\.",
    r"Cannot identify (owner|submitter) by email",
    r"The submitter is deactivated\.",
    r"This person .*",
    r"Who submits and who owns an automation is said by its own answers\.",
    r"Invalid Application Data\. Unknown application id\(s\): .*",
    r"Invalid Application Data\. new_applications\[\d+\] names application \d+, which is inactive",
    r"Application \d+ has this name and version already\.",
    r"The (idea's flow|idea flow|phase) has no such .*",
    r"A change request needs the automation it changes, .*",
    r"It is in this flow already\. .*",
    r"This isn't where (phase_id|phase_status_id|status_id) leads\. Name one place, or send one of the two\.",
    # Base64 of bytes that make a file of the kind asked for.
    r"Invalid file\.",
    r"file_content: This isn't base64\.",
    r"file_name: This is no name of a file\.",
    r"A picture \(.*\) or a video \(.*\) is needed\.",
    r"A .* (has to be a .* file|can't be a link)\.",
    # An address within a text.
    r"A link beginning with https:// or http:// is needed\.",
    # Equal but for case and blanks.
    r"This tag stands there already\.",
    # The tree as it is, and as it would be.
    r"This stands on level \d\.",
    r"A category beside it has this name\.",
    r"A category can't stand below itself\.",
    r"At most \d levels\.",
    r"There is no level \d yet\. .*",
    r"Of a level that there is, or \d for the next one\.",
    # Items of a list that are one, and names of one answer that don't agree.
    r"(Invalid Application Data\. )?“.*” stands twice\.",
    r"(Invalid Application Data\. )?At most 1000 (items are allowed|answers at a time); these are \d+\.",
    r"A name in it has more than 128 characters\.",
    r"An answer has a value, a comment or new_applications; this has none of them\.",
    r"This isn't what “.*” says\. Name one answer, or send one of the two\.",
    # Rows of a body that are about one record.
    r"(This application|This category|This question|Name and version) stands? further up too\.",
    # A cursor that nobody made can't be read, and which members there are the tenant's questions say too.
    r"A nextCursor is needed, or nothing to begin with\.",
    r"(?s)A record has no member “.*”\.",
    # Which words the tenant's formulas have, and whether a plan is frozen.
    r"One of these words is needed: .*",
    r"The baseline of the project plan is set, so this stays as it is\.",
    # What has become of an invitation, and whether this hub has a mail server.
    r"Somebody who (is inactive|has signed in) can't be .*",
    r"This hub sends no mail: .*",
]
# Which answers an idea needs is said by its flow, and the flow by another member.
BEYOND_SCHEMAS_OF = {
    ("POST", path): [r"This is required\.", r"An answer selection is required\."]
    for path in ("/automations", "/idea-from-schema")
}
# Null counts for nothing, also where all that is there is null.
BEYOND_SCHEMAS_OF["PATCH", "/automations/{id}"] = [r"This is required\."]
# Who was active before may be said to be.
BEYOND_SCHEMAS_OF["POST", "/edituser"] = [r"Nobody becomes active but by signing in: .*"]
# What an entry of the inventory lacks already may stay so.
BEYOND_SCHEMAS_OF["PUT", "/appinventory"] = [r"This is required\.", r"At least one category is needed\."]


# Drawn at random they have nearly every call refused before what it is about is looked at, so they have a run of their
# own.
CONDITIONS = {"If-Match", "If-None-Match", "Idempotency-Key"}
DRAWS_CONDITIONS = "HUB_DRAW_CONDITIONS" in os.environ


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """`int64` is a range that schemathesis doesn't know."""
    spell_out_ranges(raw_schema)
    if not DRAWS_CONDITIONS:
        leave_out_conditions(raw_schema)


def leave_out_conditions(raw_schema):
    for path in raw_schema["paths"].values():
        for operation in path.values():
            drawn = operation.get("parameters", [])
            operation["parameters"] = [one for one in drawn if one["name"] not in CONDITIONS]


def spell_out_ranges(node):
    if isinstance(node, dict):
        if node.get("format") == "int64" and "type" in node:
            for bound, value in INT64.items():
                node.setdefault(bound, value)
        for child in node.values():
            spell_out_ranges(child)
    elif isinstance(node, list):
        for child in node:
            spell_out_ranges(child)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Some failures are as they should be."""
    # A tag that doesn't hold comes before all else, and so does a key that isn't free.
    is_refusal = isinstance(failure, (AcceptedNegativeData, RejectedPositiveData))
    if DRAWS_CONDITIONS and is_refusal and response.status_code in (409, 412, 422):
        return False
    # A parameter without a value is as good as absent, and arrives so whatever was drawn in place of a value.
    if isinstance(failure, AcceptedNegativeData) and has_blank_parameter(response.request.url):
        return False
    # A body of null is as good as none.
    if isinstance(failure, AcceptedNegativeData) and response.request.body == b"null":
        return False
    # The document's own examples have to be accepted as they are.
    if not isinstance(failure, RejectedPositiveData) or case.meta.phase.name == TestPhase.EXAMPLES:
        return True
    # Which ranges there are depends on the file.
    if response.status_code == 416:
        return False
    told = response.json()["errorDetails"]
    return not told or not all(is_beyond_schemas(case, text) for texts in told.values() for text in texts)


def has_blank_parameter(url):
    return any(not value.strip() for _, value in parse_qsl(urlsplit(url).query, keep_blank_values=True))


def is_beyond_schemas(case, sentence):
    known = BEYOND_SCHEMAS + BEYOND_SCHEMAS_OF.get((case.method, case.operation.path), [])
    return any(re.fullmatch(pattern, sentence) for pattern in known)
