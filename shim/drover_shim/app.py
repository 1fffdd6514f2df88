"""The WSGI application: what admission decided, then Bottle's router, then the envelope around what comes out."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final
from zoneinfo import ZoneInfo

import bottle

from drover.token_file import token_id
from drover.wire.control import Caller
from drover.wire.faults import Code, Failure, RequestError
from drover_shim import guard
from drover_shim.admission import ADMITTED, Admitted, admission, rules_of
from drover_shim.body import Upload, memory_of, parse_object, read_body
from drover_shim.budget import FREE_BYTES, Budget, Held
from drover_shim.envelope import Answer, Stream, from_error, internal, refusal, success
from drover_shim.metrics import Metrics
from drover_shim.openapi import API_PREFIX
from drover_shim.pool import ClientPool
from drover_shim.query import parse_query
from drover_shim.route import Call, Route
from drover_shim.route_table import path_of, plain_path
from drover_shim.routes import ROUTES
from drover_shim.settings import Settings
from drover_shim.streams import Streams
from drover_shim.view import ListOf, View

BEGIN_STREAM: Final = "drover.begin_stream"
"""Environ key of a function that makes the server send each piece at once and watch for the client's end."""

UTC: Final = ZoneInfo("UTC")
CLIENT_GONE: Final = "waitress.client_disconnected"

StartResponse = Callable[[str, list[tuple[str, str]]], object]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def make_app(
    pool: ClientPool,
    settings: Settings,
    *,
    routes: tuple[Route, ...] = ROUTES,
    streams: Streams | None = None,
    metrics: Metrics | None = None,
    budget: Budget | None = None,
) -> WsgiApp:
    """The application over the daemon that the pool's clients speak to; `budget` is the server's."""
    streams = streams or Streams()
    front = _Front(pool, settings, streams, metrics or Metrics(streams), routes, budget or Budget())
    router = _router(front)
    admit = admission(settings, front.metrics, routes=routes)

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        found: Admitted | Failure = environ.get(ADMITTED) or admit(environ)
        if isinstance(found, Failure):
            return _send(guard_refusal(found), environ, start_response)
        environ["PATH_INFO"] = path = plain_path(str(environ.get("PATH_INFO", "")))
        if found.allowed:
            front.metrics.answered("refused", Code.METHOD.http_status)
            answer = _wrong_method(environ["REQUEST_METHOD"], path, ", ".join(found.allowed))
            return _send(answer, environ, start_response)
        try:
            pieces: Iterable[bytes] = router(environ, start_response)
            return pieces
        except Exception as error:
            return _send(internal(error), environ, start_response)

    return app


def _router(front: "_Front") -> Any:
    router: Any = bottle.Bottle()
    # What Bottle cannot handle shall reach our own envelope, not its HTML.
    router.config["catchall"] = False
    router.default_error_handler = _router_error
    for route in front.routes:
        router.route(path_of(route), route.method, front.callback(route))
    return router


class _Front:
    """What every request meets between router and handler."""

    def __init__(
        self,
        pool: ClientPool,
        settings: Settings,
        streams: Streams,
        metrics: Metrics,
        routes: tuple[Route, ...],
        budget: Budget,
    ) -> None:
        self.routes = routes
        self.metrics = metrics
        self.rules = rules_of(settings)
        self._pool = pool
        self._settings = settings
        self._streams = streams
        self._budget = budget

    def callback(self, route: Route) -> Callable[..., Any]:
        """The function that Bottle calls for this route."""

        name = f"{route.method} {path_of(route)}"

        def callback(**args: str) -> Any:
            respond: Any = bottle.HTTPResponse
            environ: dict[str, Any] = bottle.request.environ
            try:
                answer = self._answer(route, environ, args)
            except Exception as error:
                answer = from_error(error, changes=route.changes)
            self.metrics.answered(name, 200 if isinstance(answer, Stream) else answer.status)
            if isinstance(answer, Stream):
                environ.get(BEGIN_STREAM, _nothing)()
                return respond(answer.pieces, 200, answer.all_headers)
            return respond(answer.body, answer.status, dict(answer.all_headers))

        return callback

    def _answer(self, route: Route, environ: dict[str, Any], args: dict[str, str]) -> Answer | Stream:
        if route.api and not (plan := self._pool.plan()).api_enabled:
            raise RequestError(Code.PLAN, f"API access needs the plan Pro or higher; the plan is {plan.plan_name}")
        with self._budget.held() as held:
            result = route.handler(self._call(route, environ, args, held))
        if isinstance(result, Answer | Stream):
            return result
        return success(self._shown(route.answers, result))

    def _shown(self, view: Any, result: Any) -> Any:
        """The data of the answer: what the route's view shows of the result, or the result itself."""
        if not isinstance(view, View | ListOf):
            return result
        return view.of(result, self._pool.zone() if view.timed else UTC)

    def _call(self, route: Route, environ: dict[str, Any], args: dict[str, str], held: Held) -> Call:
        settings = self._settings

        def read_json() -> dict[str, Any]:
            data = read_body(environ["wsgi.input"], max_bytes=settings.max_body_bytes)
            if len(data) > FREE_BYTES:
                held.grow(memory_of(data, max_items=settings.max_items))
            return parse_object(data, max_depth=settings.max_depth, max_items=settings.max_items)

        presented = guard.presented_token(environ) if self.rules.token_matches else None
        return Call(
            pool=self._pool,
            args=args,
            query=parse_query(environ.get("QUERY_STRING", "")),
            header=lambda name: environ.get(f"HTTP_{name.upper().replace('-', '_')}"),
            read_json=read_json,
            upload=Upload(
                stream=environ["wsgi.input"],
                media_type=environ.get("CONTENT_TYPE", ""),
                length=int(environ.get("CONTENT_LENGTH") or 0),
            ),
            streams=self._streams,
            metrics=self.metrics,
            still_wanted=lambda: self._still_wanted(environ, presented),
            caller=Caller(
                address=str(environ.get("REMOTE_ADDR", "")),
                route=f"{route.method} {path_of(route)}",
                token_id=token_id(presented) if presented else "",
            ),
            routes=self.routes,
            heartbeat_s=settings.heartbeat_s,
        )

    def _still_wanted(self, environ: dict[str, Any], presented: str | None) -> bool:
        if environ.get(CLIENT_GONE, _nothing)():
            return False
        matches = self.rules.token_matches
        return matches is None or (presented is not None and matches(presented))


def _nothing() -> None:
    """Stands in where the server offers nothing of the kind."""


def _router_error(res: Any) -> bytes:
    """Bottle's own refusals: no such route, a path that is not UTF-8."""
    path = bottle.request.path[:200]
    failures = {
        404: Failure(code=Code.NOT_FOUND, message=f"there is no route {path}; the API's are under {API_PREFIX}/"),
        400: Failure(code=Code.INVALID, message="the path is not UTF-8"),
    }
    failure = failures.get(res.status_code)
    answer = refusal(failure) if failure is not None else internal(res.exception or res)
    for name, value in answer.all_headers:
        bottle.response.set_header(name, value)
    return answer.body


def _wrong_method(method: str, path: str, allow: str) -> Answer:
    message = f"{method[:40]} is not allowed on {path[:200]}; allowed: {allow}"
    return refusal(Failure(code=Code.METHOD, message=message), {"Allow": allow})


def guard_refusal(failure: Failure) -> Answer:
    """The answer to what the guard refuses."""
    headers = {"WWW-Authenticate": 'Bearer realm="drover"'} if failure.code is Code.TOKEN else None
    return refusal(failure, headers)


def _send(answer: Answer, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    start_response(f"{answer.status} {REASONS.get(answer.status, 'Error')}", answer.all_headers)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [answer.body]


REASONS: Final = {code.http_status: HTTPStatus(code.http_status).phrase for code in Code}
