"""Selectors on hand-written trees: one test a condition, then the traps that real screens set."""

import pytest

from drover.phone import selectors as s
from drover.phone.hierarchy import Bounds, Hierarchy, Node
from tests.support.trees import flat, screen, view

ROW = (40, 600, 1040, 700)


def labels(found: list[Node]) -> list[str]:
    return [node.label for node in found]


def test_find_gives_document_order_and_first_the_first() -> None:
    tree = screen(view(view(text="b", at=(0, 500, 9, 509)), at=(0, 400, 900, 900)), view(text="a", at=(0, 0, 9, 9)))
    assert labels(s.has_label().find(tree)) == ["b", "a"]
    first = s.has_label().first(tree)
    assert first is not None
    assert first.label == "b"


def test_one_says_what_was_looked_for() -> None:
    with pytest.raises(s.NodeNotFoundError, match=r"text 'Follow' / 'Suivre', enabled, not \(beside a count\)"):
        (s.text_is("Follow", "Suivre") & s.enabled() & s.not_beside_count()).one(screen())


def test_many_labels_are_shortened_in_the_message() -> None:
    assert s.text_is("a", "b", "c", "d", "e").what == "text 'a' / 'b' / 'c' / 'd' / ..."


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        ("Don\u2019t allow", "Don't allow"),
        ("Don\u02bct allow", "don\u2018t ALLOW"),
        ("  Next\u00a0\u202f(1) ", "next (1)"),
        ("Straße", "STRASSE"),
        ("Suivis ", "Suivis"),
        ("关注", "关注"),
        ("SUIVRE\n", "suivre"),
    ],
)
def test_labels_are_compared_folded(shown: str, asked: str) -> None:
    assert s.text_is(asked).first(screen(view(text=shown, at=ROW))) is not None


def test_text_and_description_are_told_apart() -> None:
    tree = screen(view(text="Follow", desc="Follow Ann", at=ROW))
    assert s.text_is("Follow").find(tree)
    assert not s.text_is("Follow Ann").find(tree)
    assert s.desc_is("Follow Ann").find(tree)
    assert s.label_is("Follow Ann").find(tree)
    assert s.label_is("Follow").find(tree)
    assert not s.label_is("Follow An").find(tree)


def test_patterns_are_searched_in_the_folded_label() -> None:
    tree = screen(view(text="Verify to  CONTINUE", at=ROW), view(desc="Drag the puzzle", at=ROW))
    assert labels(s.text_matches(r"verify to continue").find(tree)) == ["Verify to CONTINUE".replace(" C", "  C")]
    assert labels(s.label_matches(r"\bpuzzle$").find(tree)) == ["Drag the puzzle"]
    assert not s.text_matches("puzzle").find(tree)
    assert not s.text_matches("^$").find(tree)


def test_id_class_package() -> None:
    tree = screen(view(text="x", name="search_tab", cls="android.widget.EditText", package="a.b", at=ROW))
    assert s.id_is("other", "search_tab").first(tree)
    assert not s.id_is("search").first(tree)
    assert s.class_is("EditText").first(tree)
    assert s.class_is("android.widget.EditText").first(tree)
    assert not s.class_is("Text").first(tree)
    assert s.editable().first(tree)
    assert s.package_is("a.b").first(tree)
    assert not s.package_is("a").first(tree)


def test_flags_and_combinations() -> None:
    tree = screen(
        view(text="on", at=ROW, clickable=True, selected=True, focused=True),
        view(text="off", at=ROW, enabled=False),
    )
    assert labels((s.clickable() & s.selected() & s.focused()).find(tree)) == ["on"]
    assert labels((s.has_label() & ~s.enabled()).find(tree)) == ["off"]
    assert labels((s.text_is("on") | s.text_is("off")).find(tree)) == ["on", "off"]


def test_geometry() -> None:
    top, left, right, low = (
        view(text="top", at=(400, 100, 600, 200)),
        view(text="left", at=(0, 1000, 200, 1100)),
        view(text="right", at=(800, 1020, 1000, 1090)),
        view(text="low", at=(400, 2200, 700, 2300)),
    )
    tree = screen(top, left, right, low)
    some = s.has_label()
    node = {label: s.text_is(label).one(tree) for label in ("top", "left", "right", "low")}
    assert labels((some & s.above_fraction(0.2)).find(tree)) == ["top"]
    assert labels((some & s.below_fraction(0.8)).find(tree)) == ["low"]
    assert labels((some & s.left_of_fraction(0.25)).find(tree)) == ["left"]
    assert labels((some & s.right_of_fraction(0.75)).find(tree)) == ["right"]
    assert labels((some & s.left_of(node["right"])).find(tree)) == ["top", "left", "low"]
    assert labels((some & s.right_of(node["low"])).find(tree)) == ["right"]
    assert labels((some & s.above(node["left"])).find(tree)) == ["top"]
    assert labels((some & s.below(node["right"])).find(tree)) == ["low"]
    assert labels((some & s.inside(Bounds(0, 900, 1080, 1200))).find(tree)) == ["left", "right"]
    assert labels((some & s.min_size(250, 100)).find(tree)) == ["low"]
    assert labels((some & s.in_row_of(node["left"])).find(tree)) == ["right"]


def test_invisible_nodes_are_never_found() -> None:
    tree = screen(view(text="a", at=(5, 5, 5, 5)), view(text="b", at=ROW, visible_to_user=False))
    assert s.has_label().find(tree) == []


# --- clickable ancestors ---


def button(text: str, at: tuple[int, int, int, int]) -> str:
    """As TikTok nests it: a label four levels under an unlabelled clickable node."""
    return view(view(view(view(text=text, at=at), at=at), at=at), at=at, clickable=True)


def tapped(tree: Hierarchy, text: str) -> Node | None:
    return s.clickable_ancestor(s.text_is(text).one(tree), tree)


def test_label_is_tapped_at_its_clickable_ancestor() -> None:
    tree = screen(button("Message", (42, 584, 649, 689)), button("Follow", (670, 584, 912, 689)))
    target = tapped(tree, "Follow")
    assert target is not None
    assert (target.clickable, target.bounds) == (True, Bounds(670, 584, 912, 689))


def test_clickable_label_is_its_own_target() -> None:
    tree = screen(view(text="Follow", at=ROW, clickable=True))
    target = tapped(tree, "Follow")
    assert target is not None
    assert target.label == "Follow"


def test_the_whole_screen_is_no_target() -> None:
    tree = screen(view(view(text="Follow", at=ROW), at=(0, 0, 1080, 2300), clickable=True))
    assert tapped(tree, "Follow") is None
    assert s.has_clickable().find(tree) != s.has_label().find(tree)


def test_nested_label_without_clickable_ancestor_is_not_given_to_what_lies_under_it() -> None:
    tree = screen(view(at=(0, 500, 1080, 800), clickable=True), view(view(view(text="Follow", at=ROW), at=ROW), at=ROW))
    assert tapped(tree, "Follow") is None


def test_flat_label_is_tapped_at_the_smallest_clickable_around_it() -> None:
    tree = flat(
        view(at=(0, 0, 1080, 2300), clickable=True),
        view(at=(600, 560, 1000, 720), clickable=True),
        view(at=(670, 584, 912, 689), clickable=True),
        view(text="Follow", at=(720, 600, 860, 670)),
    )
    target = tapped(tree, "Follow")
    assert target is not None
    assert target.bounds == Bounds(670, 584, 912, 689)


def test_flat_container_of_several_labels_is_no_target() -> None:
    tree = flat(
        view(at=(0, 560, 1080, 720), clickable=True),
        view(text="Drafts", at=(40, 600, 300, 670)),
        view(text="Help", at=(320, 600, 600, 670)),
        view(text="Post", at=(720, 600, 860, 670)),
    )
    assert tapped(tree, "Post") is None


# --- statistics ---


@pytest.mark.parametrize("count", ["5", "12", "1,234", "283.1K", "3,8 M", "1.2万", "1 234", "2 mil", "7 Tr", "0"])
def test_label_under_a_count_is_a_statistic(count: str) -> None:
    tree = screen(
        view(
            view(text=count, at=(44, 553, 141, 614)),
            view(text="Following", at=(44, 609, 141, 653)),
            at=(44, 553, 196, 653),
            clickable=True,
        )
    )
    assert s.beside_count().find(tree) == s.text_is("Following").find(tree)
    assert not (s.text_is("Following") & s.not_beside_count()).find(tree)


@pytest.mark.parametrize("other", ["Ann", "12 friends", "v2", "#5", "", "K"])
def test_label_under_other_text_is_none(other: str) -> None:
    tree = screen(view(text=other, at=(44, 553, 141, 614)), view(text="Following", at=(44, 609, 141, 653)))
    assert s.beside_count().find(tree) == []


def test_label_above_its_count_and_flat_counts() -> None:
    tree = flat(view(text="Following", at=(44, 553, 190, 600)), view(text="12", at=(80, 605, 150, 650)))
    assert labels(s.beside_count().find(tree)) == ["Following"]


def test_count_and_label_side_by_side_in_one_box() -> None:
    box = view(
        view(text="12", at=(40, 600, 90, 640)),
        view(text="Following", at=(100, 600, 300, 640)),
        at=(40, 600, 300, 640),
    )
    assert labels(s.beside_count().find(screen(box))) == ["Following"]


def test_button_right_under_the_statistics_is_not_one() -> None:
    tree = screen(
        view(text="3", at=(32, 315, 170, 350)),
        view(text="Followers", at=(32, 352, 170, 376)),
        view(text="Follow", at=(27, 394, 201, 460), clickable=True),
    )
    assert labels(s.beside_count().find(tree)) == ["Followers"]


def test_button_in_a_row_with_a_far_count_is_not_one() -> None:
    tree = screen(view(text="12", at=(40, 600, 90, 640)), view(text="Follow", at=(700, 590, 900, 650)))
    assert s.beside_count().find(tree) == []
