"""Putting popups away: one tap each, however slowly they go, and an end when they keep coming."""

import pytest

from drover.apps import load, recognise
from drover.phone.engine import PhoneTimeoutError
from drover.phone.hierarchy import parse
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError
from drover.wire.tasks import Reason
from tests.support.screens import TIKTOK
from tests.support.script_phone import DisplayPhone, RecordingContext, perform
from tests.support.silence import silence
from tests.support.uidumps import dump

_BACK = 4


def test_a_popup_that_is_slow_to_go_is_tapped_once(phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beneath the popup's button may be anything: what is still shown of it after the tap must not be tapped."""
    phone.fault("popup", kind="save_login")
    engine = phone.touch
    now, shown, taps = engine.hierarchy, [b""], engine.taps

    def late(*, timeout_s: float) -> bytes:
        # For the first second after the tap the dump is still the one from before it.
        if taps and late_until[0] is None:
            late_until[0] = phone.clock() + 1.0
        if late_until[0] is not None and phone.clock() < late_until[0]:
            phone.clock.pass_s(0.05)
            return shown[0]
        shown[0] = now(timeout_s=timeout_s)
        return shown[0]

    late_until: list[float | None] = [None]
    monkeypatch.setattr(engine, "hierarchy", late)
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert len(taps) == 2  # the popup's button and Follow
    assert phone.taps() == [("follow", "anna.b", 1)]


@pytest.mark.parametrize(
    "name", ["ex_trill_sheet_mutual_follow_vi", "tt_comments_over_feed_en", "trill_comments_typed_over_feed_en"]
)
def test_a_recorded_sheet_is_closed_by_its_x_or_back_and_the_task_goes_on(
    name: str, phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    xml = dump(name).replace(b"com.ss.android.ugc.trill", TIKTOK.encode())
    popup = recognise(load("tiktok"), parse(xml)).popup
    assert popup is not None
    closes = popup.dismiss.bounds.center if popup.dismiss else _BACK
    done: list[tuple[int, int] | int] = []
    engine, now, tap, key = phone.touch, phone.touch.hierarchy, phone.display.tap, phone.display.key

    def touched(x: int, y: int) -> None:
        if closes in done:
            tap(x, y)
        else:
            done.append((x, y))

    def pressed(code: int) -> None:
        if closes in done:
            key(code)
        else:
            done.append(code)

    def shown(*, timeout_s: float) -> bytes:
        return now(timeout_s=timeout_s) if closes in done else xml

    monkeypatch.setattr(engine, "hierarchy", shown)
    monkeypatch.setattr(phone.display, "tap", touched)
    monkeypatch.setattr(phone.display, "key", pressed)
    result = perform("follow", RecordingContext(phone), "anna.b")
    assert result.reason is None, result.remark
    assert done == [closes]
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_popups_that_keep_coming_end_the_task(phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.fault("popup", kind="rating")
    monkeypatch.setattr(phone.display, "tap", _ignore)
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is Reason.APP_CHANGED
    assert "popups that keep coming" in result.remark
    assert len(phone.touch.taps) <= 6


def test_an_unknown_screen_that_still_changes_is_left_to_load(
    phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.fault("unknown_popup")
    keys: list[int] = []
    monkeypatch.setattr(phone.display, "key", keys.append)
    now, count = phone.touch.hierarchy, [0]

    def changing(*, timeout_s: float) -> bytes:
        count[0] += 1
        return now(timeout_s=timeout_s).replace(b"Zelotima", b"Zelotima %d" % count[0])

    monkeypatch.setattr(phone.touch, "hierarchy", changing)
    result = perform("follow", RecordingContext(phone), "anna.b", access_method="search")
    assert result.reason is Reason.APP_CHANGED
    assert keys == []


@pytest.mark.parametrize(("timeout_s", "silent_s"), [(15, 14.5), (20, 11), (60, 59)])
def test_a_phone_that_was_silent_for_most_of_a_wait_says_nothing_of_the_app(
    phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch, timeout_s: float, silent_s: float
) -> None:
    """`app_changed` is for a person, silence is tried again."""
    silence(monkeypatch, phone, since=lambda: True, seconds=silent_s)
    nav = Navigator(RecordingContext(phone))
    with pytest.raises(PhoneTimeoutError, match="what never comes"):
        nav.reach(lambda _: None, what="what never comes", timeout_s=timeout_s)


def test_a_short_wait_in_which_the_screen_was_seen_once_is_no_changed_app(
    phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence(monkeypatch, phone, since=lambda: True, seconds=2.97)
    nav = Navigator(RecordingContext(phone))
    with pytest.raises(NotReachedError) as lost:
        nav.reach(lambda _: None, what="what never comes", timeout_s=3)
    with pytest.raises(ScriptFailed) as failed:
        nav.fail_unreached(lost.value)
    assert failed.value.reason is Reason.TIMEOUT


@pytest.mark.parametrize("silent_s", [0, 4.5, 8])
def test_a_phone_that_showed_the_wrong_screen_for_long_does(
    phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch, silent_s: float
) -> None:
    silence(monkeypatch, phone, since=lambda: True, seconds=silent_s)
    nav = Navigator(RecordingContext(phone))
    with pytest.raises(NotReachedError) as lost:
        nav.reach(lambda _: None, what="what never comes", timeout_s=20)
    with pytest.raises(ScriptFailed) as failed:
        nav.fail_unreached(lost.value)
    assert failed.value.reason is Reason.APP_CHANGED


def _ignore(x: int, y: int) -> None:
    """A dead screen."""
