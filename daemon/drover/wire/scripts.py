"""The parameters of each script: what `script_config` may hold, with types, defaults and the names that are known.

Validation and, later, the OpenAPI document are made from these types.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

import msgspec

from drover.wire.faults import Code, RequestError
from drover.wire.post import PostConfig, lenient

USERNAME: Final = re.compile(r"[A-Za-z0-9._]{1,30}")
"""User names of TikTok and Instagram; checked before one goes anywhere near a phone."""

SUPPORTED: Final = ("post", "follow", "unfollow")
KNOWN: Final = ("like", "comment", "message", "account_warmup", "super_marketing", "profile", "scrape_user")

RECONCILES: Final = frozenset({"follow", "unfollow"})
"""Scripts that find out by looking whether an earlier attempt had its effect, so that they may run again."""

PUBLISHES: Final = frozenset({"post"})
"""Scripts that publish media files, which are chosen when an attempt begins."""

Username = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._]{1,30}$", description="without the leading @")]
AccessMethod = Literal["direct", "search"]
AppName = Literal["tiktok", "instagram"]


class FollowConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One target of `follow` or `unfollow`, as a task stores it."""

    target_user: Username
    access_method: AccessMethod = "direct"


ScriptConfig = FollowConfig | PostConfig


def expand(script_name: str, config: dict[str, Any], *, path: str = "script_config") -> Sequence[ScriptConfig]:
    """The validated configs of one request, one for each task and device.

    Raises RequestError: SCRIPT_UNSUPPORTED for a name outside SUPPORTED, INVALID naming the field otherwise.
    """
    if script_name not in SUPPORTED:
        raise RequestError(Code.SCRIPT_UNSUPPORTED, unsupported_message(script_name))
    return [_publication(config, path)] if script_name == "post" else _relations(config, path)


def _publication(config: dict[str, Any], path: str) -> PostConfig:
    values = {key: value for key, value in lenient(config).items() if _is_said(key, value, PostConfig)}
    try:
        return msgspec.convert(values, PostConfig).checked()
    except msgspec.ValidationError as error:
        raise RequestError(Code.INVALID, describe(error, path, PostConfig)) from None
    except ValueError as error:
        raise RequestError(Code.INVALID, f"{path}.{error}") from None


def _relations(config: dict[str, Any], path: str) -> list[FollowConfig]:
    rest = {
        key: value for key, value in config.items() if key not in _TARGET_KEYS and _is_said(key, value, FollowConfig)
    }
    users = _targets(config, path)
    try:
        return [msgspec.convert({**rest, "target_user": user}, FollowConfig) for user in users]
    except msgspec.ValidationError as error:
        raise RequestError(Code.INVALID, describe(error, path, FollowConfig)) from None


def _is_said(key: str, value: Any, config: type[msgspec.Struct]) -> bool:
    """A known field that is null has its default, as everywhere; an unknown one is refused whatever it holds."""
    return value is not None or key not in config.__struct_fields__


def unsupported_message(script_name: str, supported: Sequence[str] = SUPPORTED) -> str:
    known = "is known but not supported through the API" if script_name in KNOWN else "is not a script"
    return f"script_name: {script_name!r} {known}; supported: {', '.join(supported)}"


def describe(error: msgspec.ValidationError, path: str = "", config: type[msgspec.Struct] | None = None) -> str:
    """`Expected x - at $.a.b` as `prefix.a.b: expected x`; what `config` allows instead is listed."""
    text = str(error)
    what, _, where = text.partition(" - at `$")
    where = where.rstrip("`")
    if unknown := _UNKNOWN.search(what):
        what, where = "unknown field", f"{where}.{unknown[1]}"
    field = f"{path}{where}".lstrip(".") or "body"
    return f"{field}: {what[:1].lower()}{what[1:]}{_allowed(what, where, config)}"


def _allowed(what: str, where: str, config: type[msgspec.Struct] | None) -> str:
    if config is None:
        return ""
    if what == "unknown field":
        spellings = _TARGET_KEYS[::2] if config is FollowConfig else ()
        return f"; known fields: {', '.join((*config.__struct_fields__, *spellings))}"
    words = get_args(get_type_hints(config).get(where.lstrip("."), None))
    shown = ", ".join(str(word) for word in words)
    return f"; expected one of: {shown}" if what.startswith("Invalid enum value") and words else ""


_TARGET_KEYS = ("target_users", "target_user", "target_username")
_UNKNOWN = re.compile(r"unknown field `(.*)`", re.DOTALL)
_SEPARATORS = re.compile(r"[\n,]")


def _targets(config: dict[str, Any], path: str) -> list[str]:
    """The wanted user names in order, without @ and without repeats; the array wins over the string."""
    raw, key = _raw_targets(config, path)
    users: dict[str, None] = {}
    for index, item in enumerate(raw):
        where = f"{path}.{key}[{index}]" if key == "target_users" else f"{path}.{key}"
        user = item.strip().removeprefix("@") if isinstance(item, str) else item
        if not isinstance(user, str) or not USERNAME.fullmatch(user):
            raise RequestError(
                Code.INVALID,
                f"{where}: expected a user name of 1-30 letters, digits, dots or underscores, got {item!r}",
            )
        users.setdefault(user)
    if not users:
        raise RequestError(
            Code.INVALID, f"{path}.target_users: expected at least one user name (target_user takes one)"
        )
    return list(users)


def _raw_targets(config: dict[str, Any], path: str) -> tuple[list[Any], str]:
    array = config.get("target_users")
    if array is not None and not isinstance(array, list):
        raise RequestError(Code.INVALID, f"{path}.target_users: expected an array of user names")
    if array:
        return array, "target_users"
    key = "target_user" if config.get("target_user") is not None else "target_username"
    text = config.get(key)
    if text is None:
        return [], key
    if not isinstance(text, str):
        raise RequestError(Code.INVALID, f"{path}.{key}: expected a string")
    return [part for part in _SEPARATORS.split(text) if part.strip()], key
