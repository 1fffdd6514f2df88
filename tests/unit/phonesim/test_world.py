"""Users by rule, relations by table, and effects counted once."""

import pytest

from phonesim.world import Relation, World, creator, lookalikes, search_users, traits_of, user


def world(serial: str = "sim0001", seed: int = 1) -> World:
    return World(serial, seed=seed, clock=lambda: 7.0)


def test_a_user_is_the_same_every_time_and_differs_from_others() -> None:
    assert user("Anna.B") == user("@anna.b")
    assert user("anna.b") != user("anna.c")


@pytest.mark.parametrize("handle", ["", "a", "has space", "x" * 31, "é.clair", "missing_anna", "private_missing_x"])
def test_who_cannot_exist_does_not(handle: str) -> None:
    assert user(handle) is None


def test_reserved_words_combine_only_at_the_beginning() -> None:
    assert traits_of("private_slow_anna") == {"private", "slow"}
    assert traits_of("anna_private") == frozenset()
    assert traits_of("privateanna") == frozenset()


@pytest.mark.parametrize(
    ("handle", "before", "after"),
    [
        ("anna", Relation.NONE, Relation.FOLLOWING),
        ("followsme_anna", Relation.FOLLOWED_BY, Relation.FRIENDS),
        ("private_anna", Relation.NONE, Relation.REQUESTED),
        ("private_followsme_anna", Relation.FOLLOWED_BY, Relation.REQUESTED),
    ],
)
def test_a_follow_changes_the_relation_once(handle: str, before: Relation, after: Relation) -> None:
    it = world()
    assert it.relation(handle) is before
    assert it.follow(handle)
    assert it.relation(handle) is after
    assert not it.follow(handle)
    assert [(e.kind, e.target, e.at) for e in it.effects] == [("follow", handle, 7.0)]


@pytest.mark.parametrize(
    ("handle", "after"),
    [
        ("followed_anna", Relation.NONE),
        ("friend_anna", Relation.FOLLOWED_BY),
        ("requested_anna", Relation.NONE),
    ],
)
def test_an_unfollow_changes_the_relation_once(handle: str, after: Relation) -> None:
    it = world()
    assert it.unfollow(handle)
    assert it.relation(handle) is after
    assert not it.unfollow(handle)
    assert len(it.effects) == 1


def test_nobody_is_followed_who_does_not_exist() -> None:
    it = world()
    assert not it.follow("missing_anna")
    assert not it.unfollow("anna")
    assert it.effects == []


def test_accounts_are_the_same_for_the_same_phone() -> None:
    assert world().accounts == world().accounts
    assert world().active == "demo_sim0001"
    assert {len(world(f"sim{i:04}").accounts) for i in range(20)} == {2, 3}
    with pytest.raises(ValueError, match="not logged in"):
        world().switch("nobody")


def test_counts_are_by_kind_target_and_account() -> None:
    it = world()
    it.follow("anna")
    it.unfollow("anna")
    it.follow("anna")
    assert {(e["kind"], e["count"]) for e in it.state()["effects"]} == {("follow", 2), ("unfollow", 1)}
    assert [e["kind"] for e in it.state()["effect_log"]] == ["follow", "unfollow", "follow"]


def test_a_search_finds_the_exact_user_not_always_first() -> None:
    places = set()
    for i in range(30):
        handles = [found.handle for found in search_users(f"anna{i}")]
        assert f"anna{i}" in handles
        assert set(handles) - {f"anna{i}"} <= set(lookalikes(f"anna{i}"))
        places.add(handles.index(f"anna{i}"))
    assert len(places) > 1


def test_the_feed_never_ends() -> None:
    assert len({creator(i).handle for i in range(100)}) > 20
