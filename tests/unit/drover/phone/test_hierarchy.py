"""Parsing: what is kept, what is cleaned, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.phone.hierarchy import MAX_XML_BYTES, HierarchyError, parse
from tests.support.trees import screen, view


def test_nodes_come_in_document_order_with_parents() -> None:
    tree = screen(view(view(text="inner", at=(0, 0, 50, 50)), text="outer", at=(0, 0, 100, 100)), view(text="last"))
    assert [node.label for node in tree.nodes] == ["", "outer", "inner", "last"]
    inner = tree.nodes[2]
    assert [node.label for node in inner.ancestors()] == ["outer", ""]


def test_labels_are_stripped_of_space_and_direction_marks() -> None:
    node = screen(view(text="\u200eSuivis\u00a0", desc=" x ")).nodes[1]
    assert (node.text, node.desc) == ("Suivis", "x")


def test_size_is_the_roots_or_the_largest_node() -> None:
    assert (screen().width, screen().height) == (1080, 2400)
    cut = parse('<hierarchy width="1080" height="2400"><node bounds="[0,0][500,600]"/></hierarchy>')
    assert (cut.width, cut.height) == (1080, 2400)


def test_id_is_what_follows_the_package() -> None:
    node = screen(view(name="follow_button")).nodes[1]
    assert node.id == "follow_button"
    assert node.resource_id.endswith(":id/follow_button")


def test_tags_named_after_classes_are_nodes_too() -> None:
    tree = parse('<hierarchy><android.widget.Button text="Go" bounds="[0,0][9,9]"/><!-- note --></hierarchy>')
    assert [node.text for node in tree.nodes] == ["Go"]


@pytest.mark.parametrize(
    "bad", ["", "nonsense", "<hierarchy>", "<hierarchy rotation='0'/>", "<hierarchy>\x00</hierarchy>"]
)
def test_unusable_text_is_refused(bad: str) -> None:
    with pytest.raises(HierarchyError):
        parse(bad)


@pytest.mark.parametrize("bounds", ["", "[0,0]", "[a,b][c,d]", "[0,0][9,9]x", "[9,9][0,0]"])
def test_nodes_without_usable_bounds_are_invisible(bounds: str) -> None:
    tree = parse(f'<hierarchy><node text="x" bounds="{bounds}"/></hierarchy>')
    assert tree.nodes == ()
    assert len(tree.roots) == 1


def test_s17_entities_and_files_stay_out() -> None:
    planted = (
        '<!DOCTYPE h [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">]>'
        '<hierarchy><node text="&a;" bounds="[0,0][9,9]">&f;</node></hierarchy>'
    )
    with pytest.raises(HierarchyError, match="document type"):
        parse(planted)
    with pytest.raises(HierarchyError):
        parse(planted.encode("utf-16"))


def test_s17_entity_bombs_are_refused_quickly() -> None:
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 20}">' for i in range(1, 12))
    with pytest.raises(HierarchyError):
        parse(f'<!DOCTYPE h [<!ENTITY e0 "x">{levels}]><hierarchy><node text="&e11;"/></hierarchy>')


def test_s17_size_is_capped() -> None:
    with pytest.raises(HierarchyError, match="over the cap"):
        parse(b"<hierarchy>" + b" " * MAX_XML_BYTES + b"</hierarchy>")


def test_deep_trees_need_no_stack() -> None:
    depth = 200
    xml = "<hierarchy>" + '<node bounds="[0,0][9,9]">' * depth + "</node>" * depth + "</hierarchy>"
    assert len(parse(xml).nodes) == depth


MANY = "9" * 5000


@pytest.mark.parametrize(
    "bad",
    [
        '<hierarchy><node text="half \ud83d" bounds="[0,0][9,9]"/></hierarchy>',
        f'<hierarchy><node text="x" bounds="[0,0][{MANY},9]"/></hierarchy>',
        f'<hierarchy><node text="x" bounds="[-{MANY},0][9,9]"/></hierarchy>',
        f'<hierarchy width="{MANY}"><node text="x" bounds="[0,0][9,9]"/></hierarchy>',
        '<hierarchy><node text="x" bounds="[0,0][99999999999,9]"/></hierarchy>',
        '<?xml version="1.0" encoding="nonsense"?><hierarchy><node/></hierarchy>',
        b"\xff\xfe<\x00",
        '<hierarchy><node text="&#xD83D;"/></hierarchy>',
        "<hierarchy>" + "<node>" * 10_000,
    ],
    ids=lambda bad: repr(bad)[:60],
)
def test_case_b14_what_no_screen_says_is_unreadable(bad: str | bytes) -> None:
    with pytest.raises(HierarchyError):
        parse(bad)


def test_case_b14_numbers_of_32_bits_are_read() -> None:
    tree = parse('<hierarchy><node text="x" bounds="[-2147483648,0][2147483647,9]"/></hierarchy>')
    assert (tree.roots[0].bounds.left, tree.width) == (-2147483648, 2147483647)


VALUES = st.text(st.characters(), max_size=30) | st.from_regex(
    r"\[-?\d{1,30},-?\d+\]\[-?\d+,-?\d{1,6}\]", fullmatch=True
)
NAMES = st.sampled_from(
    ["text", "content-desc", "bounds", "resource-id", "class", "visible-to-user", "displayed", "x:y"]
)


@st.composite
def dumps(draw: st.DrawFn) -> str:
    """Something like a dump, with attributes that may hold anything."""
    tags = draw(st.lists(st.sampled_from(["node", "hierarchy", "a.b.C", "a:b", "!--", "?pi"]), min_size=1, max_size=6))
    parts = [f"<{tag} {' '.join(_attribute(draw) for _ in range(draw(st.integers(0, 3))))}" for tag in tags]
    ends = [draw(st.sampled_from([">", "/>", "", "-->", "?>"])) for _ in tags]
    opened = "".join(part + end for part, end in zip(parts, ends, strict=True))
    return f'<hierarchy width="{draw(VALUES)}">{opened}</hierarchy>'


def _attribute(draw: st.DrawFn) -> str:
    value = draw(VALUES)
    if draw(st.booleans()):
        value = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'{draw(NAMES)}="{value}"'


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(st.characters(), max_size=200) | dumps())
def test_case_b14_nothing_but_its_own_error_comes_of_any_dump(xml: bytes | str) -> None:
    try:
        tree = parse(xml)
    except HierarchyError:
        return
    assert tree.roots
    assert all(node.bounds.center and node.bounds.area >= 0 for node in tree.nodes)
