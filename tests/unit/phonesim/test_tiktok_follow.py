"""Following on the model: what the button says before and after, and that each real change counts once."""

import pytest

from tests.support.screens import Screen


def test_follow_moves_message_to_the_left_and_counts_once(screen: Screen) -> None:
    screen.profile("demo_user")
    assert screen.row("Follow") == ["Follow", "Message"]
    screen.tap("Follow")
    assert screen.row("Following") == ["Message", "Following "]
    assert screen.effects() == [("follow", "demo_user", 1)]


def test_the_word_following_stands_beside_the_count_too(screen: Screen) -> None:
    screen.profile("demo_user")
    (label,) = screen.all("Following")
    screen.display.tap(*label.centre)
    assert screen.effects() == []
    assert screen.row("Follow") == ["Follow", "Message"]


@pytest.mark.parametrize(
    ("handle", "label"),
    [
        ("anna.b", "Follow"),
        ("followsme_anna", "Follow back"),
        ("followed_anna", "Following"),
        ("friend_anna", "Friends"),
        ("private_anna", "Follow"),
        ("requested_anna", "Requested"),
    ],
)
def test_the_button_says_how_we_stand(screen: Screen, handle: str, label: str) -> None:
    screen.profile(handle)
    assert label in [words.strip() for words in screen.row("Message")]


def test_a_private_user_is_asked(screen: Screen) -> None:
    screen.profile("private_anna")
    assert screen.all("This account is private")
    screen.tap("Follow")
    assert screen.row("Message") == ["Message", "Requested "]
    assert screen.effects() == [("follow", "private_anna", 1)]


def test_a_second_tap_on_a_late_label_causes_nothing_but_is_seen(screen: Screen) -> None:
    screen.profile("late_anna")
    screen.tap("Follow")
    assert screen.row("Message") == ["Follow", "Message"]
    screen.tap("Follow")
    screen.clock.pass_s(2.1)
    assert screen.row("Message") == ["Message", "Following "]
    assert screen.effects() == [("follow", "late_anna", 1)]
    assert screen.state["taps"] == [
        {"app": "tiktok", "kind": "follow", "target": "late_anna", "account": "demo_sim0001", "count": 2}
    ]


def test_unfollow_goes_through_the_sheet(screen: Screen) -> None:
    screen.profile("followed_anna")
    screen.tap("Following", 1)
    assert screen.name == "tiktok.unfollow_sheet"
    assert screen.effects() == []
    screen.tap("Unfollow")
    assert screen.row("Message") == ["Follow", "Message"]
    assert screen.effects() == [("unfollow", "followed_anna", 1)]


def test_unfollowing_a_friend_asks_twice(screen: Screen) -> None:
    screen.profile("friend_anna")
    screen.tap("Friends")
    screen.tap("Unfollow")
    assert screen.effects() == []
    assert screen.name == "tiktok.unfollow_dialog"
    screen.tap("Unfollow")
    assert screen.row("Message") == ["Follow back", "Message"]
    assert screen.effects() == [("unfollow", "friend_anna", 1)]


def test_a_touch_beside_the_sheet_closes_it(screen: Screen) -> None:
    screen.profile("followed_anna")
    screen.tap("Following", 1)
    screen.display.tap(300, 300)
    assert screen.name == "tiktok.profile"
    assert screen.effects() == []


def test_a_request_is_taken_back(screen: Screen) -> None:
    screen.profile("requested_anna")
    screen.tap("Requested")
    screen.tap("Cancel request")
    assert screen.row("Message") == ["Follow", "Message"]
    assert screen.effects() == [("unfollow", "requested_anna", 1)]


def test_what_was_followed_stays_followed_after_the_app_was_stopped(screen: Screen) -> None:
    screen.profile("demo_user")
    screen.tap("Follow")
    screen.display.force_stop("com.zhiliaoapp.musically")
    screen.profile("demo_user")
    assert screen.row("Message") == ["Message", "Following "]
    assert screen.effects() == [("follow", "demo_user", 1)]


def test_suggested_accounts_bring_follow_buttons_of_their_own(screen: Screen) -> None:
    screen.profile("suggests_anna")
    follow = screen.all("Follow")
    assert len(follow) == 4
    screen.display.tap(*follow[-1].centre)
    ((kind, target, _),) = screen.effects()
    assert kind == "follow"
    assert target != "suggests_anna"


def test_every_follow_of_the_log_has_its_time(screen: Screen) -> None:
    screen.profile("demo_user")
    screen.tap("Follow")
    screen.clock.pass_s(5)
    screen.tap("Following", 1)
    screen.tap("Unfollow")
    times = [(entry["kind"], entry["at"]) for entry in screen.state["effect_log"]]
    assert [kind for kind, _ in times] == ["follow", "unfollow"]
    assert times[1][1] - times[0][1] == pytest.approx(5)
