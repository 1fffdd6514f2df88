"""Parsing: what is kept, what is cleaned, and what is refused."""

import pytest

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
