"""Which links of an app may be opened: the web's on its own hosts, and its own scheme where its data uses one. Pure."""

import re
from typing import Final
from urllib.parse import urlsplit

from drover.apps.tables import App

# A bare name: no user before an "@", no port, no backslash that another reader takes for the host's end.
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def is_web_link(app: App, url: str) -> bool:
    """Whether this is an https link on one of the app's hosts (`link_hosts`) or their subdomains."""
    if not _plain(url):
        return False
    parts = urlsplit(url)
    host = parts.netloc.lower()
    known = any(host == allowed or host.endswith(f".{allowed}") for allowed in app.link_hosts)
    return parts.scheme == "https" and _HOST.fullmatch(host) is not None and known


def is_own_link(app: App, url: str) -> bool:
    """Whether this begins as one of the links of the app's data that are in a scheme of its own."""
    own = [urlsplit(template) for template in app.links.values() if not template.startswith("https:")]
    return _plain(url) and any(url.startswith(f"{parts.scheme}://{parts.netloc}?") for parts in own)


def _plain(url: str) -> bool:
    return url.isprintable() and " " not in url and "\\" not in url
