"""The API's description, OpenAPI 3.1, made from the route table and the message types. Pure."""

import inspect
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from typing import Annotated, Any, Final, get_origin

import msgspec
from msgspec import Meta

from drover.wire.faults import Code
from drover.wire.post import PostConfig
from drover.wire.scripts import FollowConfig
from drover_shim.guard import TOKEN_HEADER
from drover_shim.route import Param, Route

API_PREFIX: Final = "/api/v1"
SCRIPTS: Final = {"follow": FollowConfig, "unfollow": FollowConfig, "post": PostConfig}
REF: Final = "#/components/schemas/{name}"
_MARK: Final = re.compile(r"<(\w+)[^>]*>")

_PATH_KINDS: Final[dict[str, Any]] = {
    "material_id": Annotated[int, Meta(ge=1, le=10**18 - 1)],
    "task_id": Annotated[int, Meta(ge=1, le=10**18 - 1)],
    "serial": Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._:][A-Za-z0-9._:-]*$")],
    "username": Annotated[str, Meta(pattern=r"^@?[A-Za-z0-9._]{1,30}$")],
    "name": Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")],
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
        paths.setdefault(openapi_path(route), {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Drover", "version": version("drover"), "description": _ABOUT, "license": {"name": "MIT"}},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _SCHEMES},
        "security": [{}, {"bearer": []}, {"header": []}],
        "x-drover-scripts": {name: refs[id(config)] for name, config in SCRIPTS.items()},
    }


_SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "asked for where require_token is set"},
    "header": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER},
}


def openapi_path(route: Route) -> str:
    """The path as OpenAPI writes it."""
    return _MARK.sub(r"{\1}", f"{API_PREFIX}{route.path}" if route.api else route.path)


def _schemas(routes: Iterable[Route]) -> tuple[dict[int, Any], dict[str, Any]]:
    """A schema (mostly a reference) by the id of each type, and the schemas that are referred to."""
    kinds: dict[int, Any] = {id(kind): kind for kind in (Refusal, *SCRIPTS.values())}
    for route in routes:
        for kind in (route.answers, route.body, *(param.kind for param in _params(route))):
            if kind is not None and not isinstance(kind, str):
                kinds[id(kind)] = kind
    made, schemas = msgspec.json.schema_components(kinds.values(), ref_template=REF)
    return dict(zip(kinds, made, strict=True)), schemas


def _operation(route: Route, refs: dict[int, Any]) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(route.handler.__doc__ or "").partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": " ".join(summary.split()),
        "tags": [route.path.strip("/").split("/")[0]],
        "parameters": [_parameter(param, refs, route) for param in _params(route)],
        "responses": {"200": _success(route, refs), "default": _REFUSED},
    }
    if more:
        operation["description"] = more
    if route.body is not None:
        required = bool(msgspec.structs.fields(route.body)) and any(
            field.required for field in msgspec.structs.fields(route.body)
        )
        operation["requestBody"] = {
            "required": required,
            "content": {"application/json": {"schema": refs[id(route.body)]}},
        }
    elif route.upload:
        operation["requestBody"] = {"required": True, "content": {"*/*": {}}}
    if route.public:
        operation["security"] = [{}]
    return operation


def _operation_id(route: Route) -> str:
    name: str = getattr(route.handler, "__name__", "handler")
    place = route.path.strip("/").split("/")[0].replace(".", "_") if route.api else "root"
    return f"{place}_{name}_{route.method.lower()}"


def _params(route: Route) -> list[Param]:
    """Those of the path, then those of the query; kept by the route, so that their types keep their identity."""
    return [*(Param(name, _PATH_KINDS.get(name, str)) for name in _MARK.findall(route.path)), *route.query]


def _parameter(param: Param, refs: dict[int, Any], route: Route) -> dict[str, Any]:
    in_path = param not in route.query
    shown: dict[str, Any] = {"name": param.name, "in": "path" if in_path else "query", "schema": refs[id(param.kind)]}
    if in_path:
        shown["required"] = True
    else:
        shown["allowEmptyValue"] = True  # query.py takes it for left out
    if param.about:
        shown["description"] = param.about
    return shown


def _success(route: Route, refs: dict[int, Any]) -> dict[str, Any]:
    if route.answers is None:
        return {"description": "done"}
    if isinstance(route.answers, str):
        return {"description": "the content itself, without an envelope", "content": {route.answers: {}}}
    envelope = {
        "type": "object",
        "properties": {"code": {"const": 0}, "message": {"type": "string"}, "data": refs[id(route.answers)]},
        "required": ["code", "message", "data"],
        "additionalProperties": False,
    }
    kind = route.answers
    name = kind.__name__ if get_origin(kind) is None and hasattr(kind, "__name__") else "data"
    return {"description": name.removesuffix("View"), "content": {"application/json": {"schema": envelope}}}


_REFUSED: Final = {
    "description": "refused; the HTTP status is code // 100",
    "content": {"application/json": {"schema": {"$ref": REF.format(name="Refusal")}}},
}
