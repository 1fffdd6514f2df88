"""What bodies of requests look like, as exactly as JSON Schema can say it: the API's description is made from these.

Bodies are read field by field (fields.py), so that a refusal can say what was expected; a field that is null has its
default. The patterns are those that the reading uses. `RULES` says of a body what no single field can say.
"""

import re
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from drover.wire.accounts import LINE, MAX_NOTE, MAX_PACKAGE, PACKAGE
from drover.wire.devices import MAX_TAGS, SERIAL, TAG
from drover.wire.leases import ADB_COMMANDS, DEFAULT_TTL_S, MAX_ADB_ARGS, MAX_TTL_S, MAX_WAIT_S
from drover.wire.materials import MAX_NAME_CHARS, MAX_NOTE_CHARS
from drover.wire.materials import MAX_TAGS as MAX_MATERIAL_TAGS
from drover.wire.post import TAG as MATERIAL_TAG
from drover.wire.scripts import USERNAME, AppName
from drover_shim.answers import TaskId


def whole(pattern: re.Pattern[str], around: str = "{}") -> str:
    """The pattern as JSON Schema has it, where one may match anywhere; `around` says what may stand next to it."""
    return f"^{around.format(f'({pattern.pattern})')}$"


SERIAL_ABOUT: Final = "as adb lists it"
SerialText = Annotated[str, Meta(pattern=whole(SERIAL), description=SERIAL_ABOUT)]
Handle = Annotated[str, Meta(pattern=whole(USERNAME, "@?{}"), description="a leading @ is ignored")]
Package = Annotated[str, Meta(pattern=whole(PACKAGE, "{}?"), max_length=MAX_PACKAGE, description="of a clone")]
Note = Annotated[str, Meta(pattern=whole(LINE), max_length=MAX_NOTE)]
MaterialTag = Annotated[str, Meta(pattern=whole(MATERIAL_TAG, "{}?"))]
MaterialTags = Annotated[
    str, Meta(pattern=whole(MATERIAL_TAG, rf"{{0}}?([,\n]{{0}}?){{{{0,{MAX_MATERIAL_TAGS - 1}}}}}"))
]

_LOCAL: Final = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?"
Moment = Annotated[
    str,
    Meta(
        description='a moment to come: ISO 8601 with an offset, or "YYYY-MM-DD HH:MM[:SS]" local time; "" for none',
        extra_json_schema={
            "anyOf": [{"format": "date-time"}, {"pattern": f"^({_LOCAL})?$"}],
        },
    ),
]
_NAMED: Final = r"^[^\x00-\x1f\x7f-\x9f]*[A-Za-z0-9][^\x00-\x1f\x7f-\x9f/\\]*$"
FileName = Annotated[str, Meta(pattern=_NAMED, max_length=MAX_NAME_CHARS)]
NOTHING: Final[dict[str, Any]] = {"enum": [None, []]}
"""An array that says nothing."""

ANY_JSON: Final[dict[str, Any]] = {"$ref": "#/components/schemas/JsonValue"}
JSON_VALUE: Final[dict[str, Any]] = {
    "description": "Any JSON, of at most 64 levels and a million values; whole numbers of at most 64 bits.",
    "anyOf": [
        {"type": ["null", "boolean", "string"]},
        # A number beyond 2**53 that a double holds is a whole one: one range says both.
        {"type": "number", "minimum": -(2**63), "maximum": 2**64 - 1},
        {"type": "array", "items": ANY_JSON},
        {"type": "object", "additionalProperties": ANY_JSON},
    ],
}
"""What is read as JSON at all (body.py)."""


class NewTaskBody(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks to create: one for each device or account and each target. Unknown fields are ignored here."""

    script_name: Annotated[str, Meta(min_length=1)]
    serials: list[SerialText] | None = None
    usernames: Annotated[list[Handle] | None, Meta(description="accounts to run as; they decide over serials")] = None
    script_config: Annotated[
        dict[str, Any] | None, Meta(description="the script's own parameters; see the schema of that script")
    ] = None
    platform: Annotated[AppName | None, Meta(description="the app, for tasks that run as no registered account")] = None
    enable_multi_account: bool | None = None
    start_time: Annotated[str, Meta(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9])?$")] | None = None
    min_interval: Annotated[int, Meta(ge=0, le=1440)] | None = None
    max_interval: Annotated[
        int, Meta(ge=0, le=1440, description="0, or not less than min_interval; which no schema can say")
    ] | None = None  # fmt: skip


class RetryBody(msgspec.Struct, frozen=True, kw_only=True):
    """`force` retries also where the outcome is unknown: it may be done twice."""

    force: bool | None = None


class TaskIdsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks."""

    task_ids: Annotated[list[TaskId], Meta(min_length=1)]


class ReleaseBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which held tasks: those named, or all of them."""

    task_ids: list[TaskId] | None = None
    all: bool | None = None


class NewAccountBody(msgspec.Struct, frozen=True, kw_only=True):
    """An account to register."""

    username: Handle
    serial: SerialText
    platform: AppName | None = None
    package: Package | None = None
    enabled: bool | None = None
    note: Note | None = None


class ChangeAccountBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is missing stays as it is."""

    serial: SerialText | None = None
    package: Package | None = None
    enabled: bool | None = None
    note: Note | None = None


class PauseBody(msgspec.Struct, frozen=True, kw_only=True):
    """Why, and until when; without `until` until it is resumed."""

    reason: Annotated[Note, Meta(description="a line for people")] | None = None
    until: Moment | None = None


class ImportBody(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts as CSV with a header row, all or none; `dry_run` checks and stores nothing."""

    csv: Annotated[str, Meta(min_length=1, extra_json_schema={"contentMediaType": "text/csv"})]
    dry_run: bool | None = None


class ChangeDeviceBody(msgspec.Struct, frozen=True, kw_only=True):
    """Note and tags; what is missing stays as it is."""

    note: Note | None = None
    tags: Annotated[
        list[Annotated[str, Meta(pattern=whole(TAG))]],
        Meta(max_length=MAX_TAGS, extra_json_schema={"uniqueItems": True}),
    ] | None = None  # fmt: skip


class DiscoverBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which app to read, and whether to register what is not registered yet."""

    platform: AppName | None = None
    package: Package | None = None
    register: bool | None = None


class ChangeMaterialBody(msgspec.Struct, frozen=True, kw_only=True):
    """Tags (an array, or text with commas) and note; what is missing stays."""

    tags: Annotated[list[MaterialTag], Meta(max_length=MAX_MATERIAL_TAGS)] | MaterialTags | None = None
    note: Annotated[str, Meta(max_length=MAX_NOTE_CHARS)] | None = None


TtlSeconds = Annotated[int, Meta(ge=1, le=MAX_TTL_S)]


class TakeLeaseBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which phone, for how long, and how long to wait in line for it."""

    serial: SerialText
    label: str | None = ""
    ttl_secs: TtlSeconds | None = DEFAULT_TTL_S
    wait_secs: Annotated[int, Meta(ge=0, le=MAX_WAIT_S)] | None = 0


class HeartbeatBody(msgspec.Struct, frozen=True, kw_only=True):
    """From now on; null is what the lease was taken for."""

    ttl_secs: TtlSeconds | None = None


class JsonRpcBody(msgspec.Struct, frozen=True, kw_only=True):
    """A method of UIAutomator2; `timeout` in seconds, or in milliseconds where it is more than 300."""

    serial: SerialText
    method: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
    params: Annotated[list[Any], Meta(extra_json_schema={"items": ANY_JSON})] | None = []
    timeout: Annotated[float, Meta(gt=0, le=300_000)] | None = 30.0


class AdbBody(msgspec.Struct, frozen=True, kw_only=True):
    """An adb command as an argument list."""

    serial: SerialText
    args: Annotated[
        list[Annotated[str, Meta(pattern=r"^[^\x00]*$")]],
        Meta(min_length=1, max_length=MAX_ADB_ARGS, extra_json_schema={"prefixItems": [{"enum": list(ADB_COMMANDS)}]}),
    ]
    timeout_ms: Annotated[int, Meta(ge=1, le=300_000)] | None = 30_000


RULES: Final[dict[str, dict[str, Any]]] = {
    "ReleaseBody": {
        "oneOf": [
            {
                "properties": {"task_ids": {"type": "array", "minItems": 1}, "all": {"enum": [False, None]}},
                "required": ["task_ids"],
            },
            {"properties": {"task_ids": NOTHING, "all": {"const": True}}, "required": ["all"]},
        ]
    }
}
"""By the name of a body."""
