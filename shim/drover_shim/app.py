"""The WSGI application: guard, then Bottle's router over the route table, then the envelope around what comes out."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import bottle

from drover.wire.faults import Code, Failure, RequestError
from drover_shim import guard
from drover_shim.body import Upload, parse_object, read_body
from drover_shim.envelope import Answer, from_error, internal, refusal, success
from drover_shim.pool import ClientPool
from drover_shim.query import parse_query
from drover_shim.route import Call, Route
from drover_shim.routes import ROUTES
from drover_shim.settings import Settings

API_PREFIX: Final = "/api/v1"

StartResponse = Callable[[str, list[tuple[str, str]]], object]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def make_app(pool: ClientPool, settings: Settings, *, routes: tuple[Route, ...] = ROUTES) -> WsgiApp:
    """The application over the daemon that the pool's clients speak to."""
    router = _router(pool, settings, routes)
    uploads = frozenset(path_of(route) for route in routes if route.upload)

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = path = environ.get("PATH_INFO", "").rstrip("/") or "/"
        refused = guard.check(environ, settings.allowed_hosts, upload=path in uploads)
        if refused is not None:
            return _send(refusal(refused), environ, start_response)
        try:
            return router(environ, start_response)
        except Exception as error:
            return _send(internal(error), environ, start_response)

    return app


def body_limit(settings: Settings, *, routes: tuple[Route, ...] = ROUTES) -> Callable[[dict[str, Any]], int]:
    """How many bytes the body of a request may have, told by its head alone.

    Only uploads that the guard lets pass may be large: no page of another origin fills the disk with what is refused.
    """
    uploads = frozenset((route.method, path_of(route)) for route in routes if route.upload)

    def limit(environ: dict[str, Any]) -> int:
        wanted = (environ["REQUEST_METHOD"], environ["PATH_INFO"].rstrip("/"))
        if wanted in uploads and guard.check(environ, settings.allowed_hosts, upload=True) is None:
            return settings.max_upload_bytes
        return settings.max_body_bytes

    return limit


def path_of(route: Route) -> str:
    """The whole path of a route, as the router matches it."""
    return f"{API_PREFIX}{route.path}" if route.api else route.path


def _router(pool: ClientPool, settings: Settings, routes: tuple[Route, ...]) -> WsgiApp:
    router: Any = bottle.Bottle()
    # What Bottle cannot handle shall reach our own envelope, not its HTML.
    router.config["catchall"] = False
    router.default_error_handler = _router_error
    for route in routes:
        router.route(path_of(route), route.method, _callback(route, pool, settings))
    app: WsgiApp = router
    return app


def _callback(route: Route, pool: ClientPool, settings: Settings) -> Callable[..., Any]:
    def callback(**args: str) -> Any:
        try:
            answer = _answer(route, pool, settings, args)
        except Exception as error:
            answer = from_error(error, changes=route.changes)
        respond: Any = bottle.HTTPResponse
        return respond(answer.body, answer.status, dict(answer.all_headers))

    return callback


def _answer(route: Route, pool: ClientPool, settings: Settings, args: dict[str, str]) -> Answer:
    if route.api and not (plan := pool.plan()).api_enabled:
        raise RequestError(Code.PLAN, f"API access needs the plan Pro or higher; the plan is {plan.plan_name}")
    environ: dict[str, Any] = bottle.request.environ

    def read_json() -> dict[str, Any]:
        data = read_body(environ["wsgi.input"], max_bytes=settings.max_body_bytes)
        return parse_object(data, max_depth=settings.max_depth, max_items=settings.max_items)

    call = Call(
        pool=pool,
        args=args,
        query=parse_query(environ.get("QUERY_STRING", "")),
        header=lambda name: environ.get(f"HTTP_{name.upper().replace('-', '_')}"),
        read_json=read_json,
        upload=Upload(
            stream=environ["wsgi.input"],
            media_type=environ.get("CONTENT_TYPE", ""),
            length=int(environ.get("CONTENT_LENGTH") or 0),
        ),
    )
    result = route.handler(call)
    return result if isinstance(result, Answer) else success(result)


def _router_error(res: Any) -> bytes:
    """Bottle's own refusals: no such route, wrong method, a path that is not UTF-8."""
    method, path = bottle.request.method, bottle.request.path[:200]
    failures = {
        404: Failure(code=Code.NOT_FOUND, message=f"there is no route {path}; the API's are under {API_PREFIX}/"),
        405: Failure(code=Code.METHOD, message=f"{method} is not allowed on {path}"),
        400: Failure(code=Code.INVALID, message="the path is not UTF-8"),
    }
    failure = failures.get(res.status_code)
    answer = refusal(failure) if failure is not None else internal(res.exception or res)
    for name, value in answer.all_headers:
        bottle.response.set_header(name, value)
    return answer.body


def _send(answer: Answer, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    start_response(f"{answer.status} {REASONS.get(answer.status, 'Error')}", answer.all_headers)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [answer.body]


REASONS: Final = {code.http_status: code.name.replace("_", " ").title() for code in Code}
