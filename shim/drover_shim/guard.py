"""The guard: which requests are refused before any route sees them. Pure; reads a WSGI environment.

It runs before any handler. The route table says from which checks a route is exempt; a path that no route has is exempt
from none, so a new route cannot be missed.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from drover.wire.faults import Code, Failure

LOOPBACK_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
ABSOLUTE_FORM: Final = "drover.request_netloc"
"""Environ key of the authority in an absolute-form request line; it would override Host for other servers."""

OVER_SOCKET: Final = "drover.over_socket"
"""Environ key: whether the request came over a Unix socket, whose peer the kernel has named."""

BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TOKEN_HEADER: Final = "X-Drover-Token"  # noqa: S105 - the name of a header
_PORT: Final = re.compile(r":[0-9]{1,5}$")
_SAME_SITE: Final = frozenset({"", "same-origin", "none"})


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What holds for every request: names that Host may carry, other than the loopback ones, and the token's check."""

    allowed_hosts: Collection[str] = field(default=())
    token_matches: Callable[[str], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Exemptions:
    """The checks that a route is exempt from: content type (`upload`), token (`public`), Sec-Fetch-Site of links
    (`page`)."""

    upload: bool = False
    public: bool = False
    page: bool = False


NONE: Final = Exemptions()


def check(environ: Mapping[str, Any], rules: Rules, exempt: Exemptions = NONE) -> Failure | None:
    """Why the request is refused, or None."""
    return (
        _host(environ, rules.allowed_hosts)
        or _origin(environ, page=exempt.page)
        or (None if exempt.public else _token(environ, rules.token_matches))
        or _content_encoding(environ)
        or (None if exempt.upload else _content_type(environ))
    )


def host_allowed(host: str, allowed_hosts: Collection[str]) -> bool:
    """Whether a Host value (with or without a port) names this machine by loopback or a configured name."""
    name = _PORT.sub("", host).lower()
    if host != name and (port := host[len(name) + 1 :]) and int(port) > 65535:
        return False
    return name in LOOPBACK_HOSTS or name in {allowed.lower() for allowed in allowed_hosts}


def presented_token(environ: Mapping[str, Any]) -> str | None:
    """The token of `Authorization: Bearer`, else of X-Drover-Token; never of the URL, which ends up in logs."""
    scheme, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return environ.get("HTTP_X_DROVER_TOKEN")


def _host(environ: Mapping[str, Any], allowed_hosts: Collection[str]) -> Failure | None:
    """Over a Unix socket there may be no host to name (RFC 9110, 7.2). One that is named counts there too: a proxy may
    pass on what a browser sent it.
    """
    host = str(environ.get("HTTP_HOST", ""))
    if not host and environ.get(OVER_SOCKET) and not environ.get(ABSOLUTE_FORM):
        return None
    netloc = str(environ.get(ABSOLUTE_FORM, ""))
    for value in (host, netloc) if netloc else (host,):
        if not host_allowed(value, allowed_hosts):
            return _refused(
                f"Host {value[:100]!r} is not allowed here: use localhost or 127.0.0.1, "
                "or add the name to allowed_hosts in [api]"
            )
    return None


def _origin(environ: Mapping[str, Any], *, page: bool) -> Failure | None:
    origin = environ.get("HTTP_ORIGIN")
    host = str(environ.get("HTTP_HOST", "")).lower()
    # A configured name may stand behind a proxy that speaks https.
    schemes = ("http",) if _PORT.sub("", host) in LOOPBACK_HOSTS else ("http", "https")
    if origin is not None and str(origin).lower() not in {f"{scheme}://{host}" for scheme in schemes}:
        return _refused("requests from pages of another origin are refused")
    same_site = str(environ.get("HTTP_SEC_FETCH_SITE", "")).lower() in _SAME_SITE
    if not same_site and not (page and _is_navigation(environ)):
        return _refused("requests from pages of another site are refused")
    return None


def _is_navigation(environ: Mapping[str, Any]) -> bool:
    """A person followed a link in the browser's own window: not a frame, not a script."""
    return (
        environ.get("REQUEST_METHOD") in ("GET", "HEAD")
        and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    )


def _token(environ: Mapping[str, Any], matches: Callable[[str], bool] | None) -> Failure | None:
    if matches is None:
        return None
    presented = presented_token(environ)
    if presented is None:
        message = f"a token is needed: send Authorization: Bearer TOKEN (or {TOKEN_HEADER}); droverctl token show"
        return Failure(code=Code.TOKEN, message=message)
    if not matches(presented):
        return Failure(code=Code.TOKEN, message="this is not the token; droverctl token show tells the one that is")
    return None


def _content_type(environ: Mapping[str, Any]) -> Failure | None:
    if environ.get("REQUEST_METHOD") not in BODY_METHODS or not has_body(environ):
        return None
    media_type = str(environ.get("CONTENT_TYPE", "")).split(";")[0].strip().lower()
    if media_type == "application/json":
        return None
    got = f"got {media_type[:60]!r}" if media_type else "got none"
    return Failure(code=Code.NOT_JSON, message=f"Content-Type: expected application/json, {got}")


def _content_encoding(environ: Mapping[str, Any]) -> Failure | None:
    """Compressed bodies are not taken: a few bytes could stand for many."""
    coding = str(environ.get("HTTP_CONTENT_ENCODING", "")).strip().lower()
    if coding in ("", "identity") or not has_body(environ):
        return None
    message = f"Content-Encoding: {coding[:60]!r} is not taken; send the body as it is, without Content-Encoding"
    return Failure(code=Code.NOT_JSON, message=message)


def has_body(environ: Mapping[str, Any]) -> bool:
    """Whether the request carries a body, by length or in chunks."""
    return str(environ.get("CONTENT_LENGTH") or "0") != "0" or bool(environ.get("HTTP_TRANSFER_ENCODING"))


def _refused(message: str) -> Failure:
    return Failure(code=Code.GUARD, message=message)
