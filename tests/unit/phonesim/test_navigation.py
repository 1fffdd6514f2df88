"""Ways into both models and through them: icon, links, back stack, recent apps, and what is in the way of a follow."""

import pytest

from phonesim.contract import ActivityNotFoundError, Focus, Intent
from tests.support.screens import BACK, HOME, VIEW
from tests.unit.phonesim.both_apps import INSTAGRAM_APP, TIKTOK_APP, SimulatedApp, each_app

RECENT_APPS = 187


@each_app
def test_the_phone_begins_on_its_home_screen_and_an_icon_starts_the_app(app: SimulatedApp) -> None:
    screen = app.make_screen()
    assert screen.display.focus().package == "com.android.launcher3"
    screen.tap(app.icon)
    assert screen.name == f"{app.name}.feed"
    assert screen.display.focus() == Focus(package=app.package, activity=app.activity)


@pytest.mark.parametrize(
    ("app", "link", "name", "target"),
    [
        *(
            (app, app.profile.format(handle), f"{app.name}.{page}", target)
            for app in (TIKTOK_APP, INSTAGRAM_APP)
            for handle, page, target in (
                ("demo_user", "profile", "demo_user"),
                (app.own, "own_profile", ""),
                ("missing_user", "user_not_found", "missing_user"),
                ("banned_user", "user_banned", "banned_user"),
            )
        ),
        (TIKTOK_APP, "https://tiktok.com/@Demo_User?lang=fr", "tiktok.profile", "demo_user"),
        (TIKTOK_APP, "https://www.tiktok.com/search?q=anna", "tiktok.feed", ""),
        (TIKTOK_APP, "snssdk1233://search?keyword=anna%20b", "tiktok.search_results", "anna b"),
        (TIKTOK_APP, "https://example.org/@demo_user", "browser", "https://example.org/@demo_user"),
        (INSTAGRAM_APP, "https://instagram.com/Demo_User?hl=fr", "instagram.profile", "demo_user"),
        (INSTAGRAM_APP, "instagram://user?username=demo_user", "instagram.profile", "demo_user"),
        (INSTAGRAM_APP, "https://www.instagram.com/p/ABCdef/", "instagram.feed", ""),
        (INSTAGRAM_APP, "https://www.instagram.com/explore/", "instagram.feed", ""),
        (INSTAGRAM_APP, "https://www.instagram.com/", "instagram.feed", ""),
    ],
)
def test_where_a_link_leads(app: SimulatedApp, link: str, name: str, target: str) -> None:
    screen = app.make_screen()
    screen.open(link)
    assert (screen.name, screen.state["target"]) == (name, target)


@pytest.mark.parametrize(("app", "other"), [(TIKTOK_APP, INSTAGRAM_APP), (INSTAGRAM_APP, TIKTOK_APP)])
def test_links_of_another_site_are_not_its_own(app: SimulatedApp, other: SimulatedApp) -> None:
    with pytest.raises(ActivityNotFoundError, match="unable to resolve Intent"):
        app.make_screen().display.start_activity(
            Intent(action=VIEW, data=other.profile.format("a.b"), package=app.package)
        )


@each_app
def test_back_walks_the_stack_and_leaves_the_app(app: SimulatedApp) -> None:
    screen = app.make_screen()
    screen.profile("first")
    screen.profile("second")
    seen: list[str] = []
    for _ in range(3):
        screen.display.key(BACK)
        seen.append(f"{screen.name}:{screen.state['target']}")
    assert seen == [f"{app.name}.profile:first", f"{app.name}.feed:", "launcher:"]


@each_app
def test_home_leaves_and_the_list_of_recent_apps_brings_an_app_back_as_it_was(app: SimulatedApp) -> None:
    screen = app.make_screen()
    screen.profile("demo_user")
    screen.display.key(HOME)
    assert screen.name == "launcher"
    screen.display.key(RECENT_APPS)
    assert screen.name == "recents"
    screen.tap(app.package)
    assert (screen.name, screen.state["target"]) == (f"{app.name}.profile", "demo_user")
    screen.launch()
    assert screen.name == f"{app.name}.feed"


@each_app
def test_force_stop_forgets_the_stack(app: SimulatedApp) -> None:
    screen = app.make_screen()
    screen.profile("first")
    screen.display.force_stop(app.package)
    assert screen.name == "launcher"
    screen.launch()
    assert screen.name == f"{app.name}.feed"


@each_app
def test_a_slow_user_loads_for_two_seconds(app: SimulatedApp) -> None:
    screen = app.make_screen()
    screen.profile("slow_anna")
    screen.clock.pass_s(1.5)
    assert screen.name == f"{app.name}.profile_loading"
    screen.clock.pass_s(0.5)
    assert screen.name == f"{app.name}.profile"


# Faults in the way


@pytest.mark.parametrize(
    ("app", "fault"),
    [
        *((app, fault) for app in (TIKTOK_APP, INSTAGRAM_APP) for fault in ("login_wall", "captcha", "banned")),
        (INSTAGRAM_APP, "verification"),
    ],
)
def test_a_blocker_can_come_instead_of_the_follow(app: SimulatedApp, fault: str) -> None:
    screen = app.make_screen()
    screen.display.inject(fault, {"when": "follow"})
    screen.profile("demo_user")
    assert screen.name == f"{app.name}.profile"
    app.follow(screen)
    assert (screen.name, screen.effects()) == (f"{app.name}.{fault}", [])
    screen.display.key(BACK)
    assert screen.name == "launcher", "it does not go away by BACK"


@each_app
@pytest.mark.parametrize(("handle", "fault"), [("limited_anna", ""), ("anna.b", "follow_limit")])
def test_the_limit_answers_instead_of_following(app: SimulatedApp, handle: str, fault: str) -> None:
    screen = app.make_screen()
    if fault:
        screen.display.inject(fault, {})
    screen.profile(handle)
    app.follow(screen)
    assert screen.all(app.limit)
    screen.tap("OK")
    assert (app.follow_button(screen), screen.effects()) == ("Follow", [])


@each_app
@pytest.mark.parametrize(("handle", "fault"), [("ignored_anna", ""), ("anna.b", "follow_ignored")])
def test_an_ignored_follow_changes_nothing_and_is_counted_as_a_touch(
    app: SimulatedApp, handle: str, fault: str
) -> None:
    screen = app.make_screen()
    if fault:
        screen.display.inject(fault, {})
    screen.profile(handle)
    app.follow(screen)
    assert (app.follow_button(screen), screen.effects()) == ("Follow", [])
    assert [tap["count"] for tap in screen.state["taps"]] == [1]
    screen.display.inject("follow_ignored", {"clear": True})
    if fault:
        app.follow(screen)
        assert screen.effects() == [("follow", handle, 1)]


@each_app
@pytest.mark.parametrize(
    ("handle", "params", "late_s"), [("late_anna", None, 2), ("anna.b", {}, 2), ("anna.b", {"seconds": 5}, 5)]
)
def test_a_late_label_catches_up(app: SimulatedApp, handle: str, params: dict[str, int] | None, late_s: float) -> None:
    screen = app.make_screen()
    if params is not None:
        screen.display.inject("follow_late", params)
    screen.profile(handle)
    app.follow(screen)
    screen.clock.pass_s(late_s - 0.4)
    assert (app.follow_button(screen), screen.effects()) == ("Follow", [("follow", handle, 1)])
    screen.clock.pass_s(0.4)
    assert app.follow_button(screen) == "Following"


@each_app
def test_slow_screens_load_as_long_as_asked(app: SimulatedApp) -> None:
    screen = app.make_screen()
    screen.display.inject("slow_screens", {"seconds": 4})
    screen.profile("demo_user")
    assert screen.name == f"{app.name}.profile_loading"
    assert not screen.all("Follow")
    screen.clock.pass_s(4)
    assert screen.name == f"{app.name}.profile"


@each_app
def test_a_link_can_open_another_user_s_profile(app: SimulatedApp) -> None:
    screen = app.make_screen()
    screen.display.inject("wrong_profile", {})
    screen.profile("demo_user")
    assert screen.state["target"] != "demo_user"
    screen.display.inject("wrong_profile", {"target": "the.other"})
    screen.profile("demo_user")
    assert screen.all("@the.other") or screen.all("the.other")
