"""Selectors over a small tree, as uiautomator2 sends them."""

from typing import Any

import pytest

from phonesim.automation.nodes import bounds, center, compress, find_all, info, parse, pruned


def node(inner: str = "", **attributes: str) -> str:
    named = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<node {named}>{inner}</node>"


ROW = node(
    node(text="Ann", resource_id="x:id/name") + node(text="Follow", clickable="true", bounds="[10,20][110,60]"),
    text="", index="0",
)  # fmt: skip
OTHER = node(node(text="Bob", resource_id="x:id/name") + node(text="Follow", clickable="true"), text="", index="1")
XML = f"<hierarchy>{node(ROW + OTHER, package='p')}</hierarchy>"


def selector(**fields: Any) -> dict[str, Any]:
    return {"mask": 0, "childOrSibling": [], "childOrSiblingSelector": [], **fields}


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        (selector(text="Follow"), ["Follow", "Follow"]),
        (selector(text="follow"), []),
        (selector(textContains="OLL"), ["Follow", "Follow"]),
        (selector(textMatches="(?i)fol.*", clickable=True), ["Follow", "Follow"]),
        (selector(text="Follow", instance=1), ["Follow"]),
        (selector(text="Follow", instance=9), []),
        (selector(resourceId="x:id/name"), ["Ann", "Bob"]),
        (selector(index=1, childOrSibling=["child"], childOrSiblingSelector=[selector(clickable=False)]), ["Bob"]),
        (
            selector(text="Bob", childOrSibling=["sibling"], childOrSiblingSelector=[selector(text="Follow")]),
            ["Follow"],
        ),
        (selector(packageName="p", childOrSibling=["child"], childOrSiblingSelector=[selector(text="Bob")]), ["Bob"]),
    ],
)
def test_selectors(wanted: dict[str, Any], texts: list[str]) -> None:
    assert [found.get("text") for found in find_all(parse(XML), wanted)] == texts


def test_info_and_bounds() -> None:
    found = find_all(parse(XML), selector(text="Follow"))[0]
    assert bounds(found) == (10, 20, 110, 60)
    assert center(found) == (60, 40)
    assert info(found)["bounds"] == {"left": 10, "top": 20, "right": 110, "bottom": 60}
    assert (info(found)["clickable"], info(found)["checked"]) == (True, False)


def test_depth_and_compression() -> None:
    assert pruned(XML, compressed=False, max_depth=50) == XML
    assert "Ann" not in pruned(XML, compressed=False, max_depth=2)
    flat = parse(compress(XML))
    assert [child.get("text") for child in flat] == ["Ann", "Follow", "Bob", "Follow"]
