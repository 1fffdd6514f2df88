"""Makes one HTML file of a screenshot and a hierarchy. What the phone says is data in it, never markup or script.

The file loads nothing: its policy allows its own script and style, by their hashes, and pictures that are in it.
"""

import base64
import hashlib
import html
import json
from importlib.resources import files
from typing import Any, Final

from lxml import etree

MAX_DEPTH: Final = 200

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1><span>{count} nodes</span>
<input id="filter" type="search" placeholder="filter: text, id, class" aria-label="filter the tree"></header>
<main>
<div id="shot"><img alt="the screen" src="data:image/png;base64,{picture}">
<div id="hot" class="box"></div><div id="pinned" class="box"></div></div>
<aside><div id="tree"></div><div id="facts"></div></aside>
</main>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


class BadHierarchyError(Exception):
    """What the phone gave is no XML that could be shown."""


def page(title: str, picture: bytes, hierarchy: bytes) -> str:
    """The whole file as text. `picture` is a PNG; raises BadHierarchyError."""
    roots = _roots(hierarchy)
    style, script = _template("inspect.css"), _template("inspect.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return _PAGE.format(
        policy=policy,
        title=html.escape(title),
        style=style,
        script=script,
        picture=base64.b64encode(picture).decode("ascii"),
        count=sum(map(_count, roots)),
        data=_embedded({"roots": roots}),
    )


def _template(name: str) -> str:
    return files("drover_ctl").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embedded(data: Any) -> str:
    """JSON that cannot end the element that it stands in, nor begin a comment there."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _roots(hierarchy: bytes) -> list[dict[str, Any]]:
    # Entities and network off; phones put characters into texts that XML does not allow, which is no reason to give up.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(hierarchy, parser)
    except etree.XMLSyntaxError as error:
        raise BadHierarchyError(f"the phone's hierarchy cannot be read: {error}") from None
    if root is None:
        raise BadHierarchyError("the phone's hierarchy cannot be read: it is empty")
    return [_node(child, 0) for child in root if isinstance(child.tag, str)]


def _node(element: Any, depth: int) -> dict[str, Any]:
    attributes = {str(name): str(value) for name, value in element.attrib.items() if value}
    attributes.setdefault("class", str(element.tag))
    children = [child for child in element if isinstance(child.tag, str)] if depth < MAX_DEPTH else []
    return {
        "attributes": attributes,
        "bounds": _bounds(attributes.get("bounds", "")),
        "children": [_node(child, depth + 1) for child in children],
    }


def _bounds(text: str) -> list[int] | None:
    try:
        found = [int(part) for part in text.strip("[]").replace("][", ",").split(",")]
    except ValueError:
        return None
    return found if len(found) == 4 else None


def _count(node: dict[str, Any]) -> int:
    return 1 + sum(map(_count, node["children"]))
