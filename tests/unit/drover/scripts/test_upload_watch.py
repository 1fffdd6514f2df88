"""The one loop that follows an upload: what ends it, told by screens that an imaginary app gives one after another."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from drover.apps import Screen
from drover.apps.upload import Upload
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing import failures
from drover.scripts.publishing.discard import Left
from drover.scripts.publishing.upload_watch import Marks, follow_upload
from drover.wire.tasks import Reason
from tests.support.media_files import video_file
from tests.support.script_phone import DisplayPhone, RecordingContext

QUIET_S, IGNORED_S = 2.0, 6.0


class Told:
    """What the app says at each look; the last word stays."""

    def __init__(self, said: Sequence[Upload]) -> None:
        self._said = list(said)
        self.looks = 0

    def __call__(self, sight: Sight) -> Upload:
        self.looks += 1
        return self._said.pop(0) if len(self._said) > 1 else self._said[0]


@pytest.fixture
def nav(phone: DisplayPhone, tmp_path: Path) -> Navigator:
    """On the feed, which belongs to no form."""
    made = Navigator(RecordingContext(phone, media=[video_file(tmp_path)]))
    phone.launch("com.zhiliaoapp.musically")
    return made


def marks(*said: Upload, forms: tuple[Screen, ...] = (), proven: bool = False, working: bool = False) -> Marks:
    return Marks(
        upload=Told(said),
        forms=forms,
        button="Post",
        quiet_s=QUIET_S,
        ignored_s=IGNORED_S,
        proven=lambda sight: proven,
        working=lambda sight: working,
    )


def steps(nav: Navigator) -> list[str]:
    assert isinstance(nav.ctx, RecordingContext)
    return [text for text, _ in nav.ctx.steps]


def test_silence_has_to_last(nav: Navigator) -> None:
    running, silent = Upload(running=True, percent=40), Upload()
    began = nav.now()
    assert follow_upload(nav, marks(running, silent, running, silent), 60).sight is not None
    assert nav.now() - began >= QUIET_S


def test_percentages_are_told_once_and_only_upwards(nav: Navigator) -> None:
    said = [Upload(running=True, percent=percent) for percent in (10, 10, 40, 30, 99)]
    follow_upload(nav, marks(*said, Upload()), 60)
    assert steps(nav) == [f"uploading: {percent} %" for percent in (10, 40, 99)]


def test_a_post_that_is_shown_ends_it_at_once(nav: Navigator) -> None:
    began = nav.now()
    assert follow_upload(nav, marks(Upload(), proven=True), 60).sight is not None
    assert nav.now() - began < QUIET_S


def test_a_failure_decides_nothing_and_is_reported(nav: Navigator) -> None:
    """It may be an earlier post's, whose bar stands there until someone closes it."""
    failed = Upload(failed=("Couldn't post",))
    followed = follow_upload(nav, marks(failed, Upload(running=True), failed), 60)
    assert (followed.failed, followed.discarded, followed.sight is None) == (True, False, False)


def test_one_that_never_ends_is_given_up(nav: Navigator) -> None:
    assert follow_upload(nav, marks(Upload(running=True, percent=73)), 20).sight is None


def _left(how: Left) -> Callable[[Navigator], Left]:
    return lambda nav: how


@pytest.mark.parametrize("timeout_s", [60.0, IGNORED_S - 1])
@pytest.mark.parametrize("unsent", [True, False])
def test_a_form_that_stays_is_left(
    nav: Navigator, monkeypatch: pytest.MonkeyPatch, timeout_s: float, unsent: bool
) -> None:
    """After its time, or where the whole time is over before; whether it was unsent shows when it is left."""
    monkeypatch.setattr(failures, "leave", _left(Left(done=True, unsent=unsent)))
    followed = follow_upload(nav, marks(Upload(), forms=(Screen.HOME_FEED,)), timeout_s)
    assert (followed.sight, followed.discarded) == (None, unsent)


def test_a_form_that_cannot_be_left_is_said(nav: Navigator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "leave", _left(Left(done=False)))
    with pytest.raises(ScriptFailed) as failed:
        follow_upload(nav, marks(Upload(), forms=(Screen.HOME_FEED,)), 60)
    assert failed.value.reason is Reason.APP_CHANGED


def test_a_form_that_works_has_its_time_begin_again(nav: Navigator) -> None:
    began = nav.now()
    follow_upload(nav, marks(Upload(), forms=(Screen.HOME_FEED,), working=True), 20)
    assert nav.now() - began > 2 * IGNORED_S
