"""What schemathesis is told of the daemon that it tests: values that JSON Schema cannot know and a client looks up.

Nothing here changes what counts as a fault. Positive requests are made up from the narrowed schemas, so that they may
be expected to be accepted; negative ones break the same schemas.
"""

import os
from typing import Any, Final

import schemathesis
from hypothesis import strategies

from drover_shim.bodies import SERIAL_ABOUT
from tests.support.gallery import jpeg

Schema = dict[str, Any]

CUSTOM_SCRIPT: Final = "fuzzed"
SERIALS: Final = os.environ.get("DROVER_FUZZ_SERIALS", "").split(",")
PICTURES: Final = [jpeg(colour, (120, 160)) for colour in ("red", "green", "blue")]

for _media_type in ("image/*", "video/*", "application/octet-stream"):
    schemathesis.openapi.media_type(_media_type, strategies.sampled_from(PICTURES))


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: Schema) -> None:
    """Narrow what is known here only."""
    schemas: Schema = raw_schema["components"]["schemas"]
    fields = {name: schema["properties"] for name, schema in schemas.items() if "properties" in schema}
    task = fields["NewTaskBody"]
    _narrow_scripts(schemas["NewTaskBody"])
    # max_interval is 0 or at least min_interval, which no schema can say.
    task["min_interval"], task["max_interval"] = {"enum": [None, 0, 1, 5]}, {"enum": [None, 0, 5, 6, 1440]}
    post = fields["PostParameters"]
    # Files and folders are this machine's; files are listed by tests/contract/rest/test_tasks.py and others.
    post["material_list"] = {"enum": [None, [], ""]}
    post["material_source"] = {"enum": [None, "materialLibrary"]}
    # With choices the longest outcome counts; Instagram takes 2200 and 30 hashtags.
    post["captions"] = {"anyOf": [{"type": "string", "maxLength": 2200, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f{|}#]*$"}]}
    # What a CSV file must be like is no matter of JSON Schema.
    fields["ImportBody"]["csv"] = {
        "type": "string",
        "pattern": "^username,serial,note\\n[a-z]{1,8},[A-Z0-9]{4,8},[a-z ]{0,9}\\n$",
    }
    # Only a clock can tell whether a moment is to come.
    fields["PauseBody"]["until"] = {
        "anyOf": [
            {"type": "null"},
            {"type": "string", "pattern": "^(2[2-9][0-9]{2}-0[1-9]-[12][0-9][ T][01][0-9]:[0-5][0-9](:[0-5][0-9])?)?$"},
        ]
    }
    # To wait in line takes that long.
    fields["TakeLeaseBody"]["wait_secs"] = {"enum": [None, 0, 1]}
    for operation in (operation for path in raw_schema["paths"].values() for operation in path.values()):
        for parameter in operation["parameters"]:
            if parameter["in"] == "path" and parameter["name"] == "serial":
                # What would be sent as %3B is sent by schemathesis as it stands, and arrives as another serial.
                parameter["schema"]["pattern"] = parameter["schema"]["pattern"].replace("%", "")
    _prefer_phones(raw_schema)
    _narrow_upload(raw_schema["paths"]["/api/v1/material"]["post"])


def _prefer_phones(node: Any) -> None:
    """Where a serial is asked for, half of those made up are of phones that are there."""
    children: list[Any] = list(node.values() if isinstance(node, dict) else node if isinstance(node, list) else [])
    for child in children:
        if isinstance(child, dict) and child.get("description") == SERIAL_ABOUT and "pattern" in child:
            child["anyOf"] = [{"enum": SERIALS}, {"pattern": child.pop("pattern")}]
        else:
            _prefer_phones(child)


def _narrow_scripts(new_task: Schema) -> None:
    """Which scripts there are besides the built-in ones says GET /script."""
    for branch in new_task["allOf"][0]["oneOf"]:
        name = branch["properties"]["script_name"]
        if "pattern" in name:
            branch["properties"]["script_name"] = {"const": CUSTOM_SCRIPT}


def _narrow_upload(operation: Schema) -> None:
    """The name is needed where the body is no form, and goes with its content, which OpenAPI cannot say; a form is not
    among the bodies, because its file would be no picture."""
    for parameter in operation["parameters"]:
        if parameter["name"] == "name":
            parameter |= {"required": True, "allowEmptyValue": False}
            parameter["schema"] = {"type": "string", "pattern": "^[a-z]{1,20}\\.jpg$"}
    del operation["requestBody"]["content"]["multipart/form-data"]
