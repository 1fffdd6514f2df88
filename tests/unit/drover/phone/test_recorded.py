"""Selectors on recorded hierarchies: statistics told from buttons, and where the tap of a label goes."""

import pytest

from drover.phone import selectors as s
from drover.phone.hierarchy import Bounds, parse
from tests.support.uidumps import dump

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


@pytest.mark.parametrize(("name", "label"), STATISTICS)
def test_statistics_are_beside_their_counts(name: str, label: str) -> None:
    tree = parse(dump(name))
    assert (s.text_is(label) & s.beside_count()).find(tree)
    assert not (s.text_is(label) & s.not_beside_count() & s.below_fraction(0.1)).find(tree)


@pytest.mark.parametrize(("name", "label", "bounds"), TAPS)
def test_buttons_are_tapped_at_their_clickable_node(name: str, label: str, bounds: Bounds) -> None:
    tree = parse(dump(name))
    found = (s.label_is(label) & s.not_beside_count() & s.has_clickable()).one(tree)
    target = s.clickable_ancestor(found, tree)
    assert target is not None
    assert target.clickable
    assert target.bounds == bounds
