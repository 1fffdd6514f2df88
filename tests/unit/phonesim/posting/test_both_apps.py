"""After the touch that publishes, in both apps: what is counted and when, what fails, what is in the way."""

from collections.abc import Mapping

import pytest

from tests.support.screens import Screen
from tests.unit.phonesim.both_apps import INSTAGRAM_APP, TIKTOK_APP, SimulatedApp, each_app

POSTED = [("post", "a.mp4", 1)]


def posted(app: SimulatedApp, **faults: Mapping[str, object]) -> Screen:
    """A video right after the touch that publishes, under these faults."""
    screen = app.make_screen()
    app.to_post(screen, "a.mp4")
    for name, params in faults.items():
        screen.display.inject(name, params)
    app.post(screen)
    return screen


@each_app
def test_a_failed_upload_publishes_nothing_until_it_is_retried(app: SimulatedApp) -> None:
    screen = posted(app, upload_failure={})
    screen.clock.pass_s(30)
    assert len(app.failed(screen)) == 1
    assert screen.effects() == []
    screen.display.inject("upload_failure", {"clear": True})
    app.retry(screen)
    screen.clock.pass_s(2)
    assert (screen.effects(), app.failed(screen)) == (POSTED, [])


@each_app
def test_a_failed_upload_that_is_closed_is_a_draft(app: SimulatedApp) -> None:
    screen = posted(app, upload_failure={})
    screen.clock.pass_s(2)
    app.give_up(screen)
    screen.clock.pass_s(3)
    assert (screen.effects(), app.failed(screen)) == ([], [])
    assert [draft["files"][0]["name"] for draft in screen.state["drafts"]] == ["a.mp4"]


@each_app
def test_a_stuck_upload_stays_where_it_is(app: SimulatedApp) -> None:
    screen = posted(app, upload_stuck={})
    screen.clock.pass_s(3600)
    assert [words[-3:] for words in app.running(screen)] == ["73%"]
    assert screen.effects() == []


@each_app
def test_a_slow_upload_takes_as_long_as_asked(app: SimulatedApp) -> None:
    screen = posted(app, upload_slow={"seconds": 40})
    screen.clock.pass_s(20)
    assert app.running(screen)[0].endswith(("50%", "51%"))
    screen.clock.pass_s(18)
    assert screen.effects() == []
    assert app.running(screen)[0].endswith(("95%", "96%", "Finishing up…"))
    screen.clock.pass_s(2)
    assert (screen.effects(), app.running(screen)) == (POSTED, [])


@each_app
def test_an_upload_goes_on_behind_another_app(app: SimulatedApp) -> None:
    screen = posted(app)
    screen.display.key(3)
    screen.clock.pass_s(5)
    assert screen.effects() == POSTED


@each_app
@pytest.mark.parametrize(("seconds", "effects", "drafts"), [(0.5, 0, 1), (1.6, 1, 0)])
def test_ending_the_app_cuts_off_what_has_not_arrived(
    app: SimulatedApp, seconds: float, effects: int, drafts: int
) -> None:
    screen = posted(app)
    screen.clock.pass_s(seconds)
    screen.display.force_stop(app.package)
    screen.clock.pass_s(60)
    assert (len(screen.effects()), len(screen.state["drafts"])) == (effects, drafts)
    screen.launch()
    assert app.running(screen) == []


@each_app
@pytest.mark.parametrize("survives", [False, True])
def test_an_upload_may_survive_the_end_of_the_app(app: SimulatedApp, survives: bool) -> None:
    screen = posted(app, upload_slow={"seconds": 20}, uploads_shown_late={"seconds": 1})
    screen.display.inject("uploads_survive", {} if survives else {"clear": True})
    screen.display.force_stop(app.package)
    screen.launch()
    assert app.running(screen) == []
    screen.clock.pass_s(2)
    assert bool(app.running(screen)) is survives
    screen.clock.pass_s(20)
    assert len(screen.state["posts"]) == int(survives)


@each_app
@pytest.mark.parametrize("needed", [True, False])
def test_a_file_that_goes_on_the_way_fails_only_an_upload_that_needs_it(app: SimulatedApp, needed: bool) -> None:
    screen = posted(app, **({"upload_needs_files": {}} if needed else {}))
    screen.clock.pass_s(0.5)
    screen.gallery.remove(next(item for item in screen.gallery.media.items() if item.name == "a.mp4"))
    screen.clock.pass_s(5)
    assert screen.effects() == ([] if needed else POSTED)
    assert bool(app.failed(screen)) is needed


@each_app
def test_an_upload_that_waits_for_the_network_begins_once_it_is_there(app: SimulatedApp) -> None:
    screen = posted(app, upload_waits={})
    screen.clock.pass_s(60)
    assert app.running(screen) == [app.waiting]
    screen.display.inject("upload_waits", {"clear": True})
    assert screen.effects() == []
    screen.clock.pass_s(1)
    assert screen.effects() == []
    screen.clock.pass_s(2)
    assert screen.effects() == POSTED


@each_app
def test_an_upload_that_recovers_fails_and_goes_on_by_itself(app: SimulatedApp) -> None:
    screen = posted(app, upload_recovers={"seconds": 5})
    screen.clock.pass_s(2)
    assert app.failed(screen)
    screen.clock.pass_s(5)
    assert not app.failed(screen)
    screen.clock.pass_s(2)
    assert screen.effects() == POSTED


@each_app
def test_an_upload_may_be_lost_without_a_word(app: SimulatedApp) -> None:
    screen = posted(app, upload_lost={})
    screen.clock.pass_s(5)
    assert (screen.effects(), screen.state["drafts"], screen.state["posts"]) == ([], [], [])


@each_app
def test_a_second_question_publishes_only_when_answered(app: SimulatedApp) -> None:
    screen = posted(app, publish_confirm={})
    assert (screen.name, screen.effects()) == (f"{app.name}.publish_now", [])
    screen.display.key(4)
    assert screen.name == f"{app.name}.{app.post_page}"
    app.post(screen)
    app.confirm(screen)
    screen.clock.pass_s(3)
    assert screen.effects() == POSTED
    assert [(t["kind"], t["count"]) for t in screen.state["taps"]] == [("post", 2), ("publish_now", 1)]


@each_app
def test_an_ignored_touch_is_counted_and_does_nothing(app: SimulatedApp) -> None:
    screen = posted(app, post_ignored={})
    screen.clock.pass_s(5)
    assert (screen.name, screen.effects()) == (f"{app.name}.{app.post_page}", [])
    assert [(t["kind"], t["target"], t["count"]) for t in screen.state["taps"]] == [("post", "a.mp4", 1)]


@each_app
def test_the_limit_answers_instead_of_publishing(app: SimulatedApp) -> None:
    screen = posted(app, post_limit={})
    assert screen.name == f"{app.name}.post_limit"
    assert "try again later" in " ".join(screen.words()).lower()
    screen.tap("OK")
    screen.clock.pass_s(5)
    assert (screen.name, screen.effects()) == (f"{app.name}.{app.post_page}", [])


@pytest.mark.parametrize(
    ("app", "fault"),
    [
        *((app, fault) for app in (TIKTOK_APP, INSTAGRAM_APP) for fault in ("login_wall", "captcha", "banned")),
        (INSTAGRAM_APP, "verification"),
    ],
)
def test_a_blocker_can_come_instead_of_the_post(app: SimulatedApp, fault: str) -> None:
    screen = posted(app, **{fault: {"when": "post"}})
    screen.clock.pass_s(5)
    assert (screen.name, screen.effects()) == (f"{app.name}.{fault}", [])
