"""Putting popups away: one tap each, however slowly they go, and an end when they keep coming."""

from functools import partial

import pytest

from drover.apps import load, recognise
from drover.phone.engine import CoveredError, PhoneTimeoutError
from drover.phone.hierarchy import parse
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError
from drover.wire.tasks import Effect, Reason
from tests.support.screens import TIKTOK
from tests.support.script_phone import DisplayPhone, RecordingContext, perform
from tests.support.silence import silence
from tests.support.trees import box, button, node, tree
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


# --- covers


def under_a_sheet(xml: bytes, width: int, height: int) -> bytes:
    """The screen of a recording with a sheet drawn over it that a dump lists first, and that nothing closes."""
    half = height // 2
    words = node((0, half, width, half + 40), text="Zelotima kabure")
    sheet = box((0, 0, width, height), node((0, 0, width, half), clickable=True), box((0, half, width, height), words))
    top = f"<node bounds='[0,0][{width},{height}]' package='com.zhiliaoapp.musically'>{sheet}"
    body = xml.decode().partition("<hierarchy")[2].partition(">")[2].replace("</hierarchy>", "</node></hierarchy>")
    return f"<hierarchy>{top}{body}".encode()


def test_promise_r28_an_effect_under_a_sheet_is_not_tapped_and_no_intent_is_recorded(
    phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = under_a_sheet(dump("tt_other_profile_follow_en"), 480, 854)

    def still(*, timeout_s: float) -> bytes:
        phone.clock.pass_s(0.05)
        return shown

    monkeypatch.setattr(phone.touch, "hierarchy", still)
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "satifus2020")
    assert result.reason is Reason.APP_CHANGED, result.remark
    assert (ctx.commits, ctx.effect, phone.touch.taps) == ([], Effect.NONE, [])


def test_promise_r28_a_covered_control_is_not_reached_and_a_tap_on_it_is_not_sent(
    phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tree(
        box((0, 0, 1080, 2400), button("Next", (700, 2200, 1000, 2300))), node((0, 2000, 1080, 2400), clickable=True)
    )
    shown = parse(seen)
    covered = next(one for one in shown.nodes if one.clickable)

    def still(*, timeout_s: float) -> bytes:
        phone.clock.pass_s(0.05)
        return shown.xml

    monkeypatch.setattr(phone.touch, "hierarchy", still)
    nav = Navigator(RecordingContext(phone))
    with pytest.raises(NotReachedError, match="Next"):
        nav.tap(covered)
    with pytest.raises(NotReachedError):
        nav.reach(
            lambda sight: next(n for n in sight.tree.nodes if n.clickable), what="Next", timeout_s=3, patient=True
        )
    touches = (phone.tap, phone.tap_once, partial(phone.tap_along, fraction=0.5), partial(phone.drag, by=(0, 9)))
    for touch in touches:
        with pytest.raises(CoveredError, match="Next"):
            touch(covered)
    with pytest.raises(CoveredError, match="page"):
        phone.tap_page(shown, 0.5, 0.9)
    assert phone.touch.taps == []
    phone.tap_page(shown, 0.5, 0.1)
    assert phone.touch.taps == [(540, 240)]
