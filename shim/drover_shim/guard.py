"""The browser guard: which requests are refused before any route sees them. Pure; reads a WSGI environment.

It stands in front of the router, so a new route cannot be missed: a route can only ask to be let off the
content-type rule (uploads), by name.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from drover.wire.faults import Code, Failure

LOOPBACK_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
ABSOLUTE_FORM: Final = "drover.request_netloc"
"""Environ key of the authority in an absolute-form request line; it would override Host for other servers."""

BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PORT: Final = re.compile(r":[0-9]{1,5}$")
_SAME_SITE: Final = frozenset({"", "same-origin", "none"})


def check(environ: Mapping[str, Any], allowed_hosts: Collection[str], *, upload: bool = False) -> Failure | None:
    """Why the request is refused, or None. `upload` lets off the content-type rule."""
    return _host(environ, allowed_hosts) or _origin(environ) or (None if upload else _content_type(environ))


def host_allowed(host: str, allowed_hosts: Collection[str]) -> bool:
    """Whether a Host value (with or without a port) names this machine by loopback or a configured name."""
    name = _PORT.sub("", host).lower()
    if host != name and (port := host[len(name) + 1 :]) and int(port) > 65535:
        return False
    return name in LOOPBACK_HOSTS or name in {allowed.lower() for allowed in allowed_hosts}


def _host(environ: Mapping[str, Any], allowed_hosts: Collection[str]) -> Failure | None:
    host = str(environ.get("HTTP_HOST", ""))
    netloc = str(environ.get(ABSOLUTE_FORM, ""))
    for value in (host, netloc) if netloc else (host,):
        if not host_allowed(value, allowed_hosts):
            return _refused(
                f"Host {value[:100]!r} is not allowed here: use localhost or 127.0.0.1, "
                "or add the name to allowed_hosts in [api]"
            )
    return None


def _origin(environ: Mapping[str, Any]) -> Failure | None:
    origin = environ.get("HTTP_ORIGIN")
    host = str(environ.get("HTTP_HOST", "")).lower()
    # A configured name may stand behind a proxy that speaks https.
    schemes = ("http",) if _PORT.sub("", host) in LOOPBACK_HOSTS else ("http", "https")
    if origin is not None and str(origin).lower() not in {f"{scheme}://{host}" for scheme in schemes}:
        return _refused("requests from pages of another origin are refused")
    if str(environ.get("HTTP_SEC_FETCH_SITE", "")).lower() not in _SAME_SITE:
        return _refused("requests from pages of another site are refused")
    return None


def _content_type(environ: Mapping[str, Any]) -> Failure | None:
    if environ.get("REQUEST_METHOD") not in BODY_METHODS or not has_body(environ):
        return None
    media_type = str(environ.get("CONTENT_TYPE", "")).split(";")[0].strip().lower()
    if media_type == "application/json":
        return None
    got = f"got {media_type[:60]!r}" if media_type else "got none"
    return Failure(code=Code.NOT_JSON, message=f"Content-Type: expected application/json, {got}")


def has_body(environ: Mapping[str, Any]) -> bool:
    """Whether the request carries a body, by length or in chunks."""
    return str(environ.get("CONTENT_LENGTH") or "0") != "0" or bool(environ.get("HTTP_TRANSFER_ENCODING"))


def _refused(message: str) -> Failure:
    return Failure(code=Code.GUARD, message=message)
