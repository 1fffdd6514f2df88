"""Users by rule, relations by table, and effects counted once."""

import pytest

from phonesim.posts import Post, PostedFile
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


def test_publishing_is_an_effect_counted_under_its_first_file() -> None:
    it = world()
    files = tuple(PostedFile(name=name, sha256="00", kind="images") for name in ("One.jpg", "two.jpg"))
    it.tapped("post", "One.jpg")
    it.publish(Post(account=it.active, kind="images", files=files, caption="hi", way="share", at=7.0))
    it.publish(Post(account=it.active, kind="images", files=files[1:], placement="story", at=8.0))
    state = it.state()
    assert [(e["app"], e["kind"], e["target"], e["count"]) for e in state["effects"]] == [
        ("tiktok", "post", "One.jpg", 1),
        ("tiktok", "story", "two.jpg", 1),
    ]
    assert [(t["kind"], t["target"], t["count"]) for t in state["taps"]] == [("post", "One.jpg", 1)]
    assert [post["files"][0] for post in state["posts"]] == [
        {"name": "One.jpg", "sha256": "00"},
        {"name": "two.jpg", "sha256": "00"},
    ]
    assert (state["posts"][0]["caption"], state["posts"][0]["way"], state["posts"][0]["at"]) == ("hi", "share", 7.0)
    assert [post.target for post in it.posts_of(it.active)] == ["two.jpg", "One.jpg"]
    assert [post.target for post in it.posts_of(it.active, placement="feed")] == ["One.jpg"]


def test_each_app_of_a_phone_has_a_world_of_its_own() -> None:
    other = World("sim0001", seed=1, clock=lambda: 7.0, app="instagram", names=("cafe", "atelier", "lab"))
    assert world().active == "demo_sim0001"
    assert other.active == "cafe_sim0001"
    assert [row["app"] for row in other.state()["accounts"]] == ["instagram"] * len(other.accounts)
