"""What a route may be refused with, for the API's description: codes by HTTP status, and the headers that come along.

Pure. What guard, parser and server refuse can meet every route of a kind; the rest each route says itself.
"""

from typing import Any, Final

from drover.wire.faults import Code
from drover_shim.route import Route

Schema = dict[str, Any]

_EVERYWHERE: Final = (
    Code.INVALID,  # also odd framing
    Code.GUARD,
    Code.SLOW,
    Code.TOO_LARGE,
    Code.NOT_JSON,  # a body that is not taken, on any method
    Code.INTERNAL,
    Code.UNAVAILABLE,  # also a connection too many
)

_WHY: Final[dict[int, str]] = {
    400: "a parameter, the body or the request itself is wrong; `message` names it and says what was expected",
    401: "the token is missing or wrong",
    403: "refused by the browser guard, by the plan, or without a lease of that phone",
    404: "what is named is not there",
    405: "the path has no such method; `Allow` lists those that it has",
    408: "the request did not arrive in time",
    409: "not in the state that things are in; `data` says with what",
    413: "the body, its chunk extensions or the headers are too large",
    415: "the body is not `application/json`, or it is compressed",
    429: "too many wait already",
    500: "internal; the message carries an id that is in the log",
    503: "not now; nothing was done",
}
_HEADERS: Final[dict[int, Schema]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string", "const": 'Bearer realm="drover"'}}},
    405: {"Allow": {"required": True, "schema": {"type": "string", "pattern": "^[A-Z]+(, [A-Z]+)*$"}}},
    429: {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
    503: {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
}


def codes(route: Route) -> frozenset[Code]:
    """Every code but success that the route may be answered with."""
    found = {*_EVERYWHERE, *route.refuses}
    if not route.public:
        found.add(Code.TOKEN)
    if route.api:
        found.add(Code.PLAN)
    if route.parameters:
        found.add(Code.NOT_FOUND)
    return frozenset(found)


def described(route: Route, refusal: Schema) -> dict[str, Schema]:
    """The answers by their status; `refusal` is the schema of the envelope of any refusal."""
    return _by_status(codes(route), refusal)


def wrong_method(refusal: Schema) -> Schema:
    """The answer to a method that a path does not have, which no operation can be answered with."""
    return _by_status(frozenset({Code.METHOD}), refusal)["405"]


def _by_status(found: frozenset[Code], refusal: Schema) -> dict[str, Schema]:
    statuses = sorted({code.http_status for code in found})
    return {
        str(status): _answer(status, sorted(int(code) for code in found if code.http_status == status), refusal)
        for status in statuses
    }


def _answer(status: int, found: list[int], refusal: Schema) -> Schema:
    schema = {**refusal, "properties": {"code": {"enum": found}}}
    answer: Schema = {"description": _WHY[status], "content": {"application/json": {"schema": schema}}}
    return answer | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
