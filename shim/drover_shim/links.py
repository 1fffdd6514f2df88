"""OpenAPI links: which parameters of other routes an answer has the values of. Pure."""

from collections.abc import Iterable
from typing import Any, Final

from drover_shim.route import Route

_IDS: Final[dict[tuple[str, str], dict[str, str]]] = {
    ("POST", "/task"): {"task_id": "/data/task_ids/0"},
    ("POST", "/material"): {"material_id": "/data/id"},
    ("POST", "/account"): {"username": "/data/username"},
    ("GET", "/device"): {"serial": "/data/devices/0/serial"},
    ("POST", "/rpc/session"): {
        "session": "/data/session_id",
        "x-session-id": "/data/session_id",
        "serial": "/data/serial",
    },
}
"""By method and path of the route that answers: name of a parameter, and where its value stands in the answer."""


def links(route: Route, routes: Iterable[Route], operation_id: Any) -> dict[str, Any]:
    """The links of this route's good answer by their names; `operation_id` gives that of a route."""
    known = _IDS.get((route.method, route.path), {})
    found: dict[str, Any] = {}
    for target in routes:
        names = [*target.parameters, *(param.name for param in target.query if param.required)]
        if names and known and target.api and set(names) <= set(known):
            values = {name: f"$response.body#{known[name]}" for name in names}
            found[operation_id(target)] = {"operationId": operation_id(target), "parameters": values}
    return found
