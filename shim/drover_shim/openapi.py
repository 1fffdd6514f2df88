"""The API's description, OpenAPI 3.1, made from the route table and the message types. Pure."""

import inspect
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from typing import Annotated, Any, Final, get_origin

import msgspec
from msgspec import Meta

from drover.wire.devices import SERIAL
from drover.wire.faults import Code
from drover_shim import refusals, task_bodies
from drover_shim.bodies import ANY_JSON, JSON_VALUE, RULES, SERIAL_ABOUT, NewTaskBody, whole
from drover_shim.guard import TOKEN_HEADER
from drover_shim.links import links
from drover_shim.route import PARAMETER, Param, Route
from drover_shim.uploads import FORM, MAX_TEXT_BYTES
from drover_shim.view import ListOf, View

SCRIPTS: Final = {"follow": "FollowParameters", "unfollow": "FollowParameters", "post": "PostParameters"}
REF: Final = "#/components/schemas/{name}"

_PATH_KINDS: Final[dict[str, Any]] = {
    "material_id": Annotated[int, Meta(ge=1, le=10**18 - 1)],
    "task_id": Annotated[int, Meta(ge=1, le=10**18 - 1)],
    "serial": Annotated[
        str, Meta(pattern=whole(re.compile(SERIAL.pattern.replace("/", ""))), description=SERIAL_ABOUT)
    ],
    "username": Annotated[str, Meta(pattern=r"^@?[A-Za-z0-9._]{1,30}$")],
    "name": Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")],
    "session": Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,128}$")],
}
"""Types of the parameters in paths; another name is any text without a slash."""

_ABOUT: Final = (
    "The TikMatrix Local API and Drover's own additions. Every answer but files, streams and pages is "
    "`{code, message, data}`; the HTTP status is `code // 100`. A query parameter without a value (`?status=`) "
    "counts as left out. Requests that a browser page of another origin could send are refused (40302)."
)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What a request that was not carried out is answered with; nothing of it was done."""

    code: Code
    message: Annotated[str, Meta(min_length=1)]
    data: dict[str, Any] | None


@lru_cache(maxsize=4)
def document(routes: tuple[Route, ...]) -> dict[str, Any]:
    """The whole document."""
    refs, schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = paths.setdefault(openapi_path(route), {})[route.method.lower()] = _operation(route, refs)
        if found := links(route, routes, _operation_id):
            operation["responses"]["200"]["links"] = found
    return {
        "openapi": "3.1.0",
        "info": {"title": "Drover", "version": version("drover"), "description": _ABOUT, "license": {"name": "MIT"}},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {"WrongMethod": refusals.wrong_method(_REFUSAL)},
            "securitySchemes": _SCHEMES,
        },
        "security": [{}, {"bearer": []}, {"header": []}],
        "x-drover-scripts": {name: {"$ref": REF.format(name=schema)} for name, schema in SCRIPTS.items()},
    }


_SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "asked for where require_token is set"},
    "header": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER},
}


def openapi_path(route: Route) -> str:
    """The path as OpenAPI writes it."""
    return PARAMETER.sub(r"{\1}", route.full_path)


def _schemas(routes: Iterable[Route]) -> tuple[dict[int, Any], dict[str, Any]]:
    """A schema (mostly a reference) by the id of each type, and the schemas that are referred to."""
    kinds: dict[int, Any] = {id(Refusal): Refusal}
    bodies = {route.body.__name__ for route in routes if route.body is not None}
    for route in routes:
        for kind in (_answer_kind(route), route.body, *(param.kind for param in _params(route))):
            if kind is not None and not isinstance(kind, str):
                kinds[id(kind)] = kind
    made, schemas = msgspec.json.schema_components(kinds.values(), ref_template=REF)
    rules = {**RULES, NewTaskBody.__name__: task_bodies.new_task_rules(REF)}
    for name in bodies:
        # Other fields of a body are ignored, but still parsed.
        schemas[name] |= {"additionalProperties": ANY_JSON, **rules.get(name, {})}
    return dict(zip(kinds, made, strict=True)), {**schemas, **task_bodies.schemas(), "JsonValue": JSON_VALUE}


def _operation(route: Route, refs: dict[int, Any]) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(route.handler.__doc__ or "").partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": " ".join(summary.split()),
        "tags": [route.path.strip("/").split("/")[0]],
        "parameters": [_parameter(param, refs, route) for param in _params(route)],
        "responses": {"200": _success(route, refs), **refusals.described(route, _REFUSAL)},
    }
    if more:
        operation["description"] = more
    if route.body is not None:
        required = route.body.__name__ in RULES or any(field.required for field in msgspec.structs.fields(route.body))
        operation["requestBody"] = {
            "required": required,
            "content": {"application/json": {"schema": refs[id(route.body)]}},
        }
    elif route.upload:
        operation["requestBody"] = {"required": True, "content": _UPLOAD}
    if route.public:
        operation["security"] = [{}]
    return operation


def _operation_id(route: Route) -> str:
    name: str = getattr(route.handler, "__name__", "handler")
    place = route.path.strip("/").split("/")[0].replace(".", "_") if route.api else "root"
    return f"{place}_{name}_{route.method.lower()}"


def _params(route: Route) -> list[Param]:
    """Those of the path, then those of the query; kept by the route, so that their types keep their identity."""
    return [*(Param(name, _PATH_KINDS.get(name, str)) for name in route.parameters), *route.query]


def _parameter(param: Param, refs: dict[int, Any], route: Route) -> dict[str, Any]:
    place = param.place if param in route.query else "path"
    shown: dict[str, Any] = {"name": param.name, "in": place, "schema": refs[id(param.kind)]}
    if param.required or place == "path":
        shown["required"] = True
    elif place == "query":
        shown["allowEmptyValue"] = True  # query.py takes it for left out
    if param.about:
        shown["description"] = param.about
    return shown


def _answer_kind(route: Route) -> Any:
    """The type of the data of a good answer, or its media type."""
    return route.answers.kind if isinstance(route.answers, View | ListOf) else route.answers


def _success(route: Route, refs: dict[int, Any]) -> dict[str, Any]:
    kind = _answer_kind(route)
    if kind is None:
        return {"description": "done"}
    if isinstance(kind, str):
        return {"description": "the content itself, without an envelope", "content": {kind: {}}}
    envelope = {
        "type": "object",
        "properties": {"code": {"const": 0}, "message": {"type": "string"}, "data": refs[id(kind)]},
        "required": ["code", "message", "data"],
        "additionalProperties": False,
    }
    name = kind.__name__ if get_origin(kind) is None and hasattr(kind, "__name__") else "data"
    return {"description": name.removesuffix("View"), "content": {"application/json": {"schema": envelope}}}


_REFUSAL: Final = {"$ref": REF.format(name="Refusal")}
_TEXT: Final = {"type": "string", "maxLength": MAX_TEXT_BYTES}
_UPLOAD: Final[dict[str, Any]] = {
    **{media_type: {"schema": {}} for media_type in ("image/*", "video/*", "application/octet-stream")},
    FORM: {
        "schema": {
            "type": "object",
            "properties": {"file": {"contentMediaType": "application/octet-stream"}, "tags": _TEXT, "note": _TEXT},
            "required": ["file"],
        }
    },
}
"""What a file is says its content; the media type of the request is not asked."""
