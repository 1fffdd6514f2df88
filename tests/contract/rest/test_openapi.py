"""The API's description and the API are one: no route without the other, and requests made up from it find no 500."""

import json
import re
from typing import Any, get_args, get_origin, get_type_hints

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from drover_shim.bodies import NewTaskBody
from drover_shim.fields import Fields
from drover_shim.new_task import read_new_task
from drover_shim.openapi import document
from drover_shim.routes import ROUTES
from drover_shim.view import ListOf, View
from tests.support.described import check
from tests.support.rest import Rest

load_all_checks()
DOCUMENT = document(ROUTES)
OPERATIONS = [(path, method, what) for path, methods in DOCUMENT["paths"].items() for method, what in methods.items()]


def test_it_is_served_as_it_is_made(rest: Rest) -> None:
    reply = rest.send("GET", "/openapi.json")
    assert reply.status == 200
    assert json.loads(reply.body) == json.loads(json.dumps(DOCUMENT))


def test_every_route_is_in_it_and_nothing_else() -> None:
    routes = {(route.method, re.sub(r"<(\w+)[^>]*>", r"{\1}", route.full_path)) for route in ROUTES}
    assert {(method.upper(), path) for path, method, _ in OPERATIONS} == routes
    ids = [what["operationId"] for _, _, what in OPERATIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("path", "method", "what"), OPERATIONS, ids=[f"{method} {path}" for path, method, _ in OPERATIONS]
)
def test_every_route_says_what_it_does_takes_and_answers(path: str, method: str, what: dict[str, Any]) -> None:
    assert what["summary"].endswith(".")
    assert what["responses"]["200"].get("content"), "Route(answers=...) is missing"
    named = set(re.findall(r"\{(\w+)\}", path))
    assert {parameter["name"] for parameter in what["parameters"] if parameter["in"] == "path"} == named
    if method == "get":
        assert "requestBody" not in what


def test_a_handler_returns_what_its_view_shows() -> None:
    for route in ROUTES:
        view = route.answers
        if isinstance(view, View | ListOf):
            returned = get_type_hints(route.handler)["return"]
            expected = (list, (view.item.source,)) if isinstance(view, ListOf) else (None, ())
            assert (get_origin(returned), get_args(returned)) == expected, route.label
            assert isinstance(view, ListOf) or returned is view.source, route.label


def test_it_is_a_good_openapi_document() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).config.output.sanitization.update(enabled=False)
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_the_body_of_a_new_task_has_the_fields_that_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    plain = Fields._read  # pyright: ignore[reportPrivateUsage]

    def noted(self: Fields, name: str, *rest: Any) -> Any:
        read.add(name)
        return plain(self, name, *rest)

    monkeypatch.setattr(Fields, "_read", noted)
    read_new_task({"script_name": "follow", "serials": ["a"]}, idempotency_key=None, body_digest="")
    assert read == set(NewTaskBody.__struct_fields__)


def test_a_wrong_answer_would_be_noticed() -> None:
    good = {"code": 0, "message": "success", "data": {"deleted_count": 1}}
    check("DELETE", "/api/v1/task/1", 200, "application/json", json.dumps(good).encode())
    for data in ({"deleted_count": -1}, {"deleted_count": 1, "extra": 1}, {}, None):
        with pytest.raises(AssertionError):
            check("DELETE", "/api/v1/task/1", 200, "application/json", json.dumps({**good, "data": data}).encode())
    with pytest.raises(AssertionError):
        check("GET", "/api/v1/task", 400, "application/json", b'{"code": 99999, "message": "x", "data": null}')


# Not among them: acceptance of all that fits the schema, which the double of the daemon cannot judge: `make fuzz` does,
# with every other check and phase, on a real daemon.
CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
        "negative_data_rejection",
    ]
)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
TRIED = SCHEMA.exclude(path_regex="/events$|^/docs")


# An upload may be any picture or video: none can be made up from "video/*"; test_materials.py sends real ones.
@pytest.mark.filterwarnings("ignore:Skipped test cases with unsupported payload media types")
@TRIED.parametrize()  # pyright: ignore[reportUntypedFunctionDecorator]
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_s09_made_up_requests_are_answered_as_described(case: Any, rest: Rest) -> None:
    """Bounded: 25 requests a route, good and bad ones, against the shim over the double of the daemon."""
    response = case.call(base_url=f"http://127.0.0.1:{rest.port}", timeout=20)
    assert response.status_code < 500, response.text
    case.validate_response(response, checks=CHECKED)
