"""What takes the tap of a label, and which labels belong to counts: on trees by hand, and on recordings."""

import pytest

from drover.phone.geometry import clickable_ancestor, count_beside
from drover.phone.hierarchy import Bounds, Hierarchy, Node, parse
from drover.phone.writing import fold
from tests.support.trees import flat, screen, view
from tests.support.uidumps import dump

ROW = (40, 600, 1040, 700)

STATISTICS = [
    ("tt_other_profile_follow_en", "Following"),
    ("ex_tt4314_own_profile_stats_fr", "Suivis"),
    ("ig2021_other_profile_follow_en", "Following"),
    ("ig_other_profile_follow_en", "following"),
    ("ig_own_profile_en", "following"),
]

TAPS = [
    ("tt_other_profile_follow_en", "Follow", Bounds(27, 394, 201, 460)),
    ("tt_other_profile_follow_en", "Message", Bounds(207, 394, 381, 460)),
    ("ex_tt4703_profile_following_fr", "Suivis", Bounds(670, 584, 912, 689)),
    ("ex_tt4703_profile_following_fr", "Message", Bounds(42, 584, 649, 689)),
    ("ig_other_profile_follow_en", "Follow", Bounds(20, 362, 324, 414)),
    ("ex_ig410_profile_following_en", "Following", Bounds(33, 966, 532, 1054)),
    ("flat_tt_post_s1_home_feed_en", "Friends", Bounds(216, 2208, 432, 2337)),
]


def button(text: str, at: tuple[int, int, int, int]) -> str:
    """As TikTok nests it: a label four levels under an unlabelled clickable node."""
    return view(view(view(view(text=text, at=at), at=at), at=at), at=at, clickable=True)


def said(tree: Hierarchy, label: str) -> list[Node]:
    return [node for node in tree.nodes if fold(node.label) == fold(label)]


def tapped(tree: Hierarchy, text: str) -> Node | None:
    return clickable_ancestor(said(tree, text)[0], tree)


def statistics(tree: Hierarchy) -> list[str]:
    return [node.label for node in tree.nodes if count_beside(node, tree) is not None]


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
    assert statistics(tree) == ["Following"]


@pytest.mark.parametrize("other", ["Ann", "12 friends", "v2", "#5", "", "K"])
def test_label_under_other_text_is_none(other: str) -> None:
    tree = screen(view(text=other, at=(44, 553, 141, 614)), view(text="Following", at=(44, 609, 141, 653)))
    assert statistics(tree) == []


def test_label_above_its_count_and_flat_counts() -> None:
    tree = flat(view(text="Following", at=(44, 553, 190, 600)), view(text="12", at=(80, 605, 150, 650)))
    assert statistics(tree) == ["Following"]


def test_count_and_label_side_by_side_in_one_box() -> None:
    box = view(
        view(text="12", at=(40, 600, 90, 640)),
        view(text="Following", at=(100, 600, 300, 640)),
        at=(40, 600, 300, 640),
    )
    assert statistics(screen(box)) == ["Following"]


def test_button_right_under_the_statistics_is_not_one() -> None:
    tree = screen(
        view(text="3", at=(32, 315, 170, 350)),
        view(text="Followers", at=(32, 352, 170, 376)),
        view(text="Follow", at=(27, 394, 201, 460), clickable=True),
    )
    assert statistics(tree) == ["Followers"]


def test_button_in_a_row_with_a_far_count_is_not_one() -> None:
    tree = screen(view(text="12", at=(40, 600, 90, 640)), view(text="Follow", at=(700, 590, 900, 650)))
    assert statistics(tree) == []


# --- recordings ---


@pytest.mark.parametrize(("name", "label"), STATISTICS)
def test_recorded_statistics_are_next_to_their_counts(name: str, label: str) -> None:
    tree = parse(dump(name))
    found = [node for node in said(tree, label) if node.bounds.center[1] > 0.1 * tree.height]
    assert found
    assert all(count_beside(node, tree) is not None for node in found if node.text)


@pytest.mark.parametrize(("name", "label", "bounds"), TAPS)
def test_recorded_buttons_are_tapped_at_their_clickable_node(name: str, label: str, bounds: Bounds) -> None:
    tree = parse(dump(name))
    targets = (clickable_ancestor(node, tree) for node in said(tree, label) if count_beside(node, tree) is None)
    target = next(target for target in targets if target is not None)
    assert target.clickable
    assert target.bounds == bounds
