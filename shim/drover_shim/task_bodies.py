"""The bodies of `POST /task` as JSON Schema: what goes together, and each script's `script_config` in every spelling
that is taken. Made from the types that a task is stored by (drover.wire.post, drover.wire.scripts).
"""

from typing import Any, Final

import msgspec

from drover.wire.custom import NAME
from drover.wire.post import MOST_IMAGES, PostConfig
from drover.wire.post import TAG as MATERIAL_TAG
from drover.wire.scripts import KNOWN, SUPPORTED, USERNAME, FollowConfig
from drover_shim.bodies import ANY_JSON, NOTHING, whole

Schema = dict[str, Any]

_HANDLE: Final = f"@?{USERNAME.pattern}"
_BLANK: Final = "[ \\t]*"
_LISTED: Final = f"^({_BLANK}[,\\n])*{_BLANK}{_HANDLE}{_BLANK}([,\\n]({_BLANK}{_HANDLE})?{_BLANK})*$"
"""One name, or several between commas or line breaks, of which there may be too many."""

_SPELLED: Final = {
    (0, 1): "0?[01]",
    (0, 100): "0{0,3}([0-9]{1,2}|100)",
    (1, MOST_IMAGES): "0{0,3}([1-9]|[12][0-9]|3[0-5])",
    (1, 3600): "0{0,3}([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)",
}
"""The digits of a number from the first to the last, for clients that send numbers as text."""

_FROM_FOLDER: Final[Schema] = {
    "properties": {"material_source": {"const": "localFolder"}, "material_list": {"enum": [None, [], ""]}},
    "required": ["material_source"],
}
_OTHER: Final[Schema] = {
    "title": "OtherParameters",
    "description": "Parameters of your own script; its schema says more (`GET /script`).",
    "type": "object",
    "additionalProperties": ANY_JSON,
}
_GIVEN: Final[Schema] = {"type": "string", "minLength": 1}
_LINKED: Final[Schema] = {"anyOf": [{"enum": [1, True]}, {"type": "string", "pattern": "^\\s*0?1\\s*$"}]}
_CHOICE: Final = "\\{[^{}]*\\|[^{}]*\\}"
_CONTROL: Final = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*$"
_ONE_LINE: Final = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ufffe\\uffff]*$"
_LONGEST_CAPTION: Final = 4000
_LONGEST_SOUND: Final = 500


def schemas() -> dict[str, Schema]:
    """The schemas of the scripts' parameters by their names."""
    return {"FollowParameters": _follow(), "PostParameters": _post(), "OtherParameters": _OTHER}


def new_task_rules(ref: str) -> Schema:
    """What the schema of a new task says in addition to its fields; `ref` is a template of references."""
    name = {"script_name": {"enum": ["follow", "unfollow"]}}
    follow = {"properties": {**name, "script_config": {"$ref": ref.format(name="FollowParameters")}}}
    post = {"properties": {"script_name": {"const": "post"}, "script_config": _or_null(ref, "PostParameters")}}
    named = {"type": "string", "pattern": whole(NAME), "not": _built_in()}
    custom = {"properties": {"script_name": named, "script_config": _or_null(ref, "OtherParameters")}}
    return {
        "allOf": [
            {"oneOf": [{**follow, "required": ["script_config"]}, {**post, **_one_app()}, custom]},
            {"anyOf": [_some("serials"), _some("usernames")]},
        ]
    }


def _or_null(ref: str, name: str) -> Schema:
    return {"anyOf": [{"$ref": ref.format(name=name)}, {"type": "null"}]}


def _built_in() -> Schema:
    return {"enum": [*SUPPORTED, *KNOWN]}


def _some(field: str) -> Schema:
    return {"properties": {field: {"type": "array", "minItems": 1}}, "required": [field]}


def _one_app() -> Schema:
    """A parameter that one app alone has goes with no other platform."""

    def given(field: str, value: Schema) -> Schema:
        config = {"type": "object", "properties": {field: value}, "required": [field]}
        return {"properties": {"script_config": config}, "required": ["script_config"]}

    def but(platform: str) -> Schema:
        return {"properties": {"platform": {"not": {"const": platform}}}}

    return {
        "allOf": [
            {"if": given("placement", {"type": "string"}), "then": but("tiktok")},
            {"if": given("add_product_link", _LINKED), "then": but("instagram")},
        ]
    }


# --- follow, unfollow


def _follow() -> Schema:
    """The array wins over the string, the first spelling over the second; what does not count may be anything."""
    handles = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": f"^\\s*{_HANDLE}\\s*$"}}
    listed = {"type": "string", "pattern": _LISTED}
    return {
        "title": "FollowParameters",
        "description": (
            "Whom to follow or unfollow: `target_users`, else `target_user` (one name, or several between commas or "
            "line breaks), else `target_username`, its old spelling. A leading @ is ignored."
        ),
        "type": "object",
        "properties": {
            **dict.fromkeys(("target_users", "target_user", "target_username"), ANY_JSON),
            "access_method": {"anyOf": [_field(FollowConfig, "access_method"), {"type": "null"}]},
        },
        "anyOf": [
            {"properties": {"target_users": handles}, "required": ["target_users"]},
            {"properties": {"target_users": NOTHING, "target_user": listed}, "required": ["target_user"]},
            {
                "properties": {"target_users": NOTHING, "target_user": {"type": "null"}, "target_username": listed},
                "required": ["target_username"],
            },
        ],
        "additionalProperties": False,
    }


# --- post


def _post() -> Schema:
    """Each field in the spellings that drover.wire.post.lenient takes, or null for its default."""
    properties = {name: _spellings(name, _field(PostConfig, name)) for name in PostConfig.__struct_fields__}
    return {
        "title": "PostParameters",
        "description": "What to publish, and how. A field that is missing or null has its default.",
        "type": "object",
        "properties": properties,
        "allOf": [
            {"if": _FROM_FOLDER, "then": _needs("material_path")},
            _unless_from_folder("post_way", "useSound", "sound_name"),
            _unless_from_folder("add_sound", "custom", "custom_sound_keyword"),
            {"if": _needs("product_name"), "then": _linked()},
            {"not": {"properties": {"placement": {"type": "string"}}, "required": ["placement"], "allOf": [_linked()]}},
        ],
        "additionalProperties": False,
    }


def _needs(field: str) -> Schema:
    return {"properties": {field: _GIVEN}, "required": [field]}


def _linked() -> Schema:
    return {"properties": {"add_product_link": _LINKED}, "required": ["add_product_link"]}


def _unless_from_folder(field: str, value: str, needed: str) -> Schema:
    asked = {"properties": {field: {"const": value}}, "required": [field]}
    return {"if": {**asked, "not": _FROM_FOLDER}, "then": _needs(needed)}


def _field(config: type[msgspec.Struct], name: str) -> Schema:
    """The schema of one field of a stored configuration."""
    _, found = msgspec.json.schema_components([config])
    field: Schema = found[config.__name__]["properties"][name]
    return field


def _spellings(name: str, field: Schema) -> Schema:
    plain = {key: value for key, value in field.items() if key not in ("default", "description")}
    kinds = [_TEXTS[name]] if name in _TEXTS else [plain, *_other_spellings(name, plain)]
    shown = {key: value for key, value in field.items() if key in ("default", "description")}
    return {"anyOf": [*kinds, {"type": "null"}], **shown}


def _other_spellings(name: str, plain: Schema) -> list[Schema]:
    if name == "add_sound":
        return [{"enum": [-1, 0, 1, False, True]}]
    if name == "material_list":
        return [{"type": "string"}]
    if plain.get("type") == "integer" or plain.get("enum") == [0, 1]:
        low, high = plain.get("minimum", 0), plain.get("maximum", 1)
        words = [value for value in (False, True) if low <= value <= high]
        return [{"enum": words}, {"type": "string", "pattern": f"^\\s*{_SPELLED[low, high]}\\s*$"}]
    return []


def _tag_filter() -> Schema:
    text = {"type": "string", "pattern": whole(MATERIAL_TAG, "{0}?(,{0}?)*")}
    return {"anyOf": [text, {"type": "array", "items": text}]}


_TEXTS: Final[dict[str, Schema]] = {
    "captions": {
        "type": "string",
        "pattern": _CONTROL,
        # With choices the longest outcome counts, which no schema can tell; each app also has its own limit.
        "anyOf": [{"maxLength": _LONGEST_CAPTION}, {"maxLength": 10_000, "pattern": _CHOICE}],
    },
    "materials_tags": _tag_filter(),
    **{
        name: {"type": "string", "pattern": _ONE_LINE, "maxLength": _LONGEST_SOUND}
        for name in ("sound_name", "custom_sound_keyword")
    },
    "product_name": {"type": "string", "pattern": _ONE_LINE, "maxLength": 200},
}
"""Texts of which a request may say less than a stored configuration."""
