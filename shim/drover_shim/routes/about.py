"""What the API says of itself: its description, the page that shows it, and figures for Prometheus."""

from importlib import resources
from typing import Final

import msgspec

from drover.client import ControlError
from drover.wire.control import DaemonStatus, GetStatus
from drover_shim import metrics
from drover_shim.envelope import JSON_TYPE, Answer
from drover_shim.openapi import document
from drover_shim.route import Call, Route

PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Nothing but our own files, no inline script or style, and no other page around ours."""

_WEB: Final = resources.files("drover_shim") / "web"


def openapi(call: Call) -> Answer:
    """This description, OpenAPI 3.1."""
    return Answer(status=200, body=msgspec.json.encode(document(call.routes)), media_type=JSON_TYPE)


def figures(call: Call) -> Answer:
    """Figures for Prometheus. `drover_up` is 0 while no daemon answers."""
    try:
        status: DaemonStatus | ControlError = call.ask(GetStatus(), DaemonStatus)
    except ControlError as error:
        status = error
    return Answer(status=200, body=call.metrics.render(status), media_type=metrics.CONTENT_TYPE)


def docs(call: Call) -> Answer:
    """The page that shows this description."""
    return _file("docs.html", "text/html; charset=utf-8")


def docs_script(call: Call) -> Answer:
    """The page's script."""
    return _file("docs.js", "text/javascript; charset=utf-8")


def docs_style(call: Call) -> Answer:
    """The page's style."""
    return _file("docs.css", "text/css; charset=utf-8")


def icon(call: Call) -> Answer:
    """The page's icon."""
    return _file("icon.svg", "image/svg+xml")


def _file(name: str, media_type: str) -> Answer:
    return Answer(status=200, body=(_WEB / name).read_bytes(), media_type=media_type, headers=PAGE_HEADERS)


ROUTES: Final = (
    Route(
        method="GET",
        path="/openapi.json",
        handler=openapi,
        api=False,
        public=True,
        threaded=True,
        answers="application/json",
    ),
    Route(method="GET", path="/metrics", handler=figures, api=False, threaded=True, answers="text/plain"),
    Route(
        method="GET", path="/docs", handler=docs, api=False, public=True, threaded=True, page=True, answers="text/html"
    ),
    Route(
        method="GET",
        path="/docs/docs.js",
        handler=docs_script,
        api=False,
        public=True,
        threaded=True,
        answers="text/javascript",
    ),
    Route(
        method="GET",
        path="/docs/docs.css",
        handler=docs_style,
        api=False,
        public=True,
        threaded=True,
        answers="text/css",
    ),
    Route(
        method="GET",
        path="/docs/icon.svg",
        handler=icon,
        api=False,
        public=True,
        threaded=True,
        answers="image/svg+xml",
    ),
)
