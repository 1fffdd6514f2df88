"""The WSGI application: what admission decided, then Bottle's route, then the envelope around what comes out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import bottle

from drover.token_file import token_id
from drover.wire.control import Caller
from drover.wire.faults import Code, Failure, RequestError
from drover_shim import guard
from drover_shim.admission import ADMITTED, Admitted, admission, rules_of
from drover_shim.body import Upload, memory_of, parse_object, read_body
from drover_shim.budget import FREE_BYTES, Budget, Reservation
from drover_shim.envelope import Answer, Stream, from_error, internal, refusal, status_line, success
from drover_shim.metrics import Metrics
from drover_shim.pool import ClientPool
from drover_shim.query import parse_query
from drover_shim.route import API_PREFIX, Call, Route
from drover_shim.route_table import plain_path
from drover_shim.routes import ROUTES
from drover_shim.settings import Settings
from drover_shim.streams import Streams
from drover_shim.view import ListOf, View

BEGIN_STREAM: Final = "drover.begin_stream"
"""Environ key of a function that makes the server send each piece at once and watch for the client's end."""

CLIENT_GONE: Final = "waitress.client_disconnected"
UTC: Final = ZoneInfo("UTC")

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Application:
    """Answers requests over the daemon that the pool's clients speak to. `admit` is what a server asks of each head."""

    def __init__(self, pool: ClientPool, settings: Settings, *, budget: Budget | None = None) -> None:
        """`streams` and `budget` are the server's too: it ends the streams, and counts the bodies that arrive."""
        self._pool = pool
        self._settings = settings
        self.streams = Streams()
        self.budget = budget or Budget()
        self._metrics = Metrics(self.streams)
        self._token_matches = rules_of(settings).token_matches
        self.admit = admission(settings, self._metrics, ROUTES)
        self._bottle: Any = bottle.Bottle()
        self._bottle.uninstall(True)  # its JSON and templates: what handlers give is made into bytes here
        self._bottle.config["catchall"] = False  # what fails reaches our own envelope
        del self._bottle.router  # Bottle lets nothing of its own be replaced
        self._bottle.router = _AdmittedRoutes()
        for route in ROUTES:
            self._bottle.route(route.full_path, route.method, self._callback(route))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        admitted: Admitted | Failure = environ.get(ADMITTED) or self.admit(environ)
        if isinstance(admitted, Failure) or admitted.route is None:
            return _refuse(self._refusal(admitted, environ), environ, start_response)
        environ[ADMITTED] = admitted
        try:
            pieces: Iterable[bytes] = self._bottle(environ, start_response)
            return pieces
        except Exception as error:
            return _refuse(internal(error), environ, start_response)

    def _refusal(self, admitted: Admitted | Failure, environ: Environ) -> Answer:
        """The answer to what reaches no route."""
        if isinstance(admitted, Failure):
            return guard_refusal(admitted)
        path = plain_path(str(environ.get("PATH_INFO", "")))
        if admitted.allowed:
            self._metrics.answered("refused", Code.METHOD.http_status)
            return _wrong_method(environ["REQUEST_METHOD"], path, ", ".join(admitted.allowed))
        return _no_route(path)

    def _callback(self, route: Route) -> Callable[..., Any]:
        """The function that Bottle calls for this route."""

        def callback(**args: str) -> Any:
            environ: Environ = bottle.request.environ
            return _response(self._routed(route, args, environ), environ)

        return callback

    def _routed(self, route: Route, args: Mapping[str, str], environ: Environ) -> Answer | Stream:
        try:
            answer = self._handled(route, {name: _text(value) for name, value in args.items()}, environ)
        except Exception as error:
            answer = from_error(error, changes=route.changes)
        self._metrics.answered(route.label, answer.status)
        return answer

    def _handled(self, route: Route, args: Mapping[str, str], environ: Environ) -> Answer | Stream:
        if route.api and not (plan := self._pool.plan()).api_enabled:
            raise RequestError(Code.PLAN, f"API access needs the plan Pro or higher; the plan is {plan.plan_name}")
        with self.budget.reserve() as reserved:
            result = route.handler(self._call(route, args, environ, reserved))
        return result if isinstance(result, Answer | Stream) else success(self._shown(route.answers, result))

    def _shown(self, view: Any, result: Any) -> Any:
        """The data of the answer: what the route's view shows of the result, or the result itself."""
        if not isinstance(view, View | ListOf):
            return result
        return view.of(result, self._pool.zone() if view.timed else UTC)

    def _call(self, route: Route, args: Mapping[str, str], environ: Environ, reserved: Reservation) -> Call:
        presented = guard.presented_token(environ) if self._token_matches else None
        return Call(
            pool=self._pool,
            args=args,
            query=parse_query(environ.get("QUERY_STRING", "")),
            header=lambda name: environ.get(f"HTTP_{name.upper().replace('-', '_')}"),
            read_json=_Json(environ, self._settings, reserved),
            upload=Upload(
                stream=environ["wsgi.input"],
                media_type=environ.get("CONTENT_TYPE", ""),
                length=int(environ.get("CONTENT_LENGTH") or 0),
            ),
            streams=self.streams,
            metrics=self._metrics,
            still_wanted=lambda: self._still_wanted(environ, presented),
            caller=Caller(
                address=str(environ.get("REMOTE_ADDR", "")),
                route=route.label,
                token_id=token_id(presented) if presented else "",
            ),
            routes=ROUTES,
            heartbeat_s=self._settings.heartbeat_s,
        )

    def _still_wanted(self, environ: Environ, presented: str | None) -> bool:
        if environ.get(CLIENT_GONE, _nothing)():
            return False
        matches = self._token_matches
        return matches is None or (presented is not None and matches(presented))


class _AdmittedRoutes:
    """In the place of Bottle's router: admission has found the route, and a request's route is looked up once."""

    def __init__(self) -> None:
        self._targets: dict[tuple[str, str], Any] = {}

    def add(self, rule: str, method: str, target: Any, name: str | None = None) -> None:
        """Take a route, as Bottle gives it."""
        self._targets[method, rule] = target

    def match(self, environ: Environ) -> tuple[Any, Mapping[str, str]]:
        """Bottle's route for an admitted request, and what stands in its path."""
        admitted: Admitted = environ[ADMITTED]
        route = cast(Route, admitted.route)
        return self._targets[route.method, route.full_path], admitted.args


@dataclass(frozen=True)
class _Json:
    """Reads the body of one request as a JSON object when it is called."""

    environ: Environ
    settings: Settings
    reserved: Reservation

    def __call__(self) -> dict[str, Any]:
        settings = self.settings
        data = read_body(self.environ["wsgi.input"], max_bytes=settings.max_body_bytes)
        if len(data) > FREE_BYTES:
            self.reserved.grow(memory_of(data, max_items=settings.max_items))
        return parse_object(data, max_depth=settings.max_depth, max_items=settings.max_items)


def _nothing() -> None:
    """Stands in where the server offers nothing of the kind."""


def _text(part: str) -> str:
    """What stands in the path as its client wrote it: WSGI gives each byte as a character. Raises RequestError."""
    try:
        return part.encode("latin-1").decode()
    except UnicodeDecodeError:
        raise RequestError(Code.INVALID, "the path is not UTF-8") from None


def _no_route(path: str) -> Answer:
    shown = path.encode("latin-1").decode(errors="replace")[:200]
    message = f"there is no route {shown}; the API's are under {API_PREFIX}/"
    return refusal(Failure(code=Code.NOT_FOUND, message=message))


def _wrong_method(method: str, path: str, allow: str) -> Answer:
    message = f"{method[:40]} is not allowed on {path[:200]}; allowed: {allow}"
    return refusal(Failure(code=Code.METHOD, message=message), {"Allow": allow})


def guard_refusal(failure: Failure) -> Answer:
    """The answer to what the guard refuses."""
    headers = {"WWW-Authenticate": 'Bearer realm="drover"'} if failure.code is Code.TOKEN else None
    return refusal(failure, headers)


def _response(answer: Answer | Stream, environ: Environ) -> Any:
    """The answer as Bottle sends it; the body is left out for HEAD."""
    body: Any = b""
    if isinstance(answer, Answer):
        body = answer.body
    elif environ.get("REQUEST_METHOD") == "HEAD":
        answer.pieces.close()
    else:
        environ.get(BEGIN_STREAM, _nothing)()
        body = answer.pieces
    return _Response(body, status_line(answer), answer.all_headers)


class _Response(bottle.HTTPResponse):  # type: ignore[misc]  # bottle has no types
    """Bottle's response whose status and headers are known to be good, and are taken as they are."""

    def __init__(self, body: Any, status: str, headers: list[tuple[str, str]]) -> None:
        self.body = body
        self._line, self._all = status, headers

    def apply(self, other: Any) -> None:
        """Make Bottle's response of this thread this one; nothing else of it is read."""
        other._status_code, other._status_line = int(self._line[:3]), self._line
        other._headers, other._cookies = {name: [value] for name, value in self._all}, None
        other.body = self.body


def _refuse(answer: Answer, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    start_response(status_line(answer), answer.all_headers)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [answer.body]
