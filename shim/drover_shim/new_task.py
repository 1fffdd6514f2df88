"""Reads the body of POST /task into the daemon's request. Types and shapes only: the daemon checks `script_config`."""

from typing import Any, Final, get_args

from drover.wire.control import CreateTasks
from drover.wire.faults import Code, RequestError
from drover.wire.scripts import KNOWN, USERNAME, AppName, unsupported_message
from drover_shim.fields import Fields, refuse, serial

PLATFORMS: Final[tuple[str, ...]] = get_args(AppName)
MAX_MINUTES: Final = 24 * 60


def read_new_task(body: dict[str, Any], *, idempotency_key: str | None, body_digest: str) -> CreateTasks:
    """The request to the daemon; raises RequestError. Unknown fields are ignored, as older clients send some."""
    fields = Fields(body)
    script_name = _script_name(fields)
    serials, usernames = _whom(fields)
    low, high = _interval(fields)
    return CreateTasks(
        script_name=script_name,
        script_config=fields.object("script_config"),
        serials=serials,
        usernames=usernames,
        enable_multi_account=fields.flag("enable_multi_account", False),
        start_time=fields.clock("start_time"),
        min_interval=low,
        max_interval=high,
        source="api",
        platform=fields.choice("platform", PLATFORMS),
        idempotency_key=idempotency_key,
        body_digest=body_digest,
    )


def _script_name(fields: Fields) -> str:
    name = (fields.text("script_name") or "").strip()
    if not name:
        raise RequestError(Code.SCRIPT_MISSING, "script_name: missing; expected the name of a script, such as follow")
    if name in KNOWN:
        # Checked before anything else: nothing could make this request right.
        raise RequestError(Code.SCRIPT_UNSUPPORTED, unsupported_message(name))
    return name


def _whom(fields: Fields) -> tuple[list[str], list[str]]:
    serials = fields.array("serials", serial, "serials")
    usernames = fields.array("usernames", _username, "user names")
    if not serials and not usernames:
        raise RequestError(Code.INVALID, "serials: expected at least one serial (or usernames: at least one account)")
    return list(dict.fromkeys(serials)), list(dict.fromkeys(usernames))


def _username(path: str, value: Any) -> str:
    name = value.strip().removeprefix("@") if isinstance(value, str) else ""
    if not USERNAME.fullmatch(name):
        refuse(path, "a user name of 1-30 letters, digits, dots or underscores", value)
    return name


def _interval(fields: Fields) -> tuple[int, int]:
    low = fields.integer("min_interval", 0, 0, MAX_MINUTES)
    # 0 is the default that older clients send: no wish of their own.
    high = fields.integer("max_interval", 0, 0, MAX_MINUTES) or low
    if high < low:
        raise RequestError(Code.INVALID, f"max_interval: expected at least min_interval ({low}), got {high}")
    return low, high
