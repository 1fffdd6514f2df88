"""The commit of one attempt: no durable answer, no tap; one tap; what the end is called. No phone is touched here."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec
import pytest

from drover.media.files import open_named
from drover.phone.engine import InputForbiddenError, PhoneLostError, TapUncertainError
from drover.phone.hierarchy import parse
from drover.phone.phone import Phone
from drover.policy import remarks
from drover.scripts.context import ScriptFailed, StopRequestedError
from drover.wire.devices import PhoneCondition
from drover.wire.media import MediaFile
from drover.wire.tasks import Effect, Phase, Reason
from drover.wire.worker import (
    AccountNoted,
    AccountSeen,
    AccountVerdict,
    Begin,
    EffectConfirmed,
    FromWorker,
    IntentRecorded,
    IntentRefused,
    IntentRequested,
    Progressed,
    TapSent,
)
from drover.worker import attempt as attempt_module
from drover.worker.attempt import AccountNotNotedError, AttemptContext, IntentNotGrantedError
from drover.worker.task_files import TaskFiles
from tests.support.media import make_picture

PROOF = parse('<hierarchy><node text="Following" bounds="[0,0][10,10]"/></hierarchy>')


class BlindPhone:
    """Stands for a phone that cannot show its screen; evidence must not need one."""

    serial = "R58M1"
    acts = 0

    def screen(self, *, timeout_s: float) -> None:
        raise PhoneLostError("gone")

    def screenshot(self, *, timeout_s: float) -> bytes:
        raise PhoneLostError("gone")


class Answers:
    """The supervisor's part: keeps what is said and answers intent as told, from another thread."""

    def __init__(self, answer: type[IntentRecorded] | type[IntentRefused] | None) -> None:
        self.said: list[FromWorker] = []
        self.answer = answer
        self.attempt: AttemptContext | None = None

    def send(self, message: FromWorker) -> None:
        self.said.append(message)
        attempt, answer = self.attempt, self.answer
        if isinstance(message, IntentRequested) and attempt is not None and answer is not None:
            reply = answer(fence=7) if answer is IntentRecorded else IntentRefused(fence=7, why="it has ended")
            threading.Thread(target=attempt.answer, args=(reply,)).start()

    def kinds(self) -> list[str]:
        return [type(message).__name__ for message in self.said if not isinstance(message, Progressed)]


Make = Callable[..., tuple[AttemptContext, Answers]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(
        answer: type[IntentRecorded] | type[IntentRefused] | None = IntentRecorded, deadline_s: float = 30
    ) -> tuple[AttemptContext, Answers]:
        answers = Answers(answer)
        begin = Begin(
            fence=7, task_id=3, attempt=2, script_name="follow", script_config={}, username=None, platform="tiktok",
            package="", folder=str(tmp_path / "3"), deadline_s=deadline_s,
        )  # fmt: skip
        answers.attempt = AttemptContext(cast(Phone, BlindPhone()), begin, answers.send)
        return answers.attempt, answers

    return made


def test_intent_is_durable_before_the_one_tap(make: Make) -> None:
    attempt, answers = make()
    seen: list[list[str]] = []
    attempt.commit("tap Follow", lambda: seen.append(answers.kinds()))
    assert seen == [["IntentRequested"]]
    assert answers.kinds() == ["IntentRequested", "TapSent"]
    assert attempt.effect is Effect.SENT


def test_refused_intent_means_no_tap(make: Make) -> None:
    attempt, answers = make(IntentRefused)
    with pytest.raises(IntentNotGrantedError, match="it has ended"):
        attempt.commit("tap Follow", lambda: pytest.fail("tapped"))
    assert attempt.effect is Effect.NONE
    assert answers.kinds() == ["IntentRequested"]


def test_silent_supervisor_means_no_tap(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_module, "INTENT_TIMEOUT_S", 0.05)
    attempt, _ = make(None)
    with pytest.raises(IntentNotGrantedError, match="no answer"):
        attempt.commit("tap Follow", lambda: pytest.fail("tapped"))


def test_uncertain_tap_counts_as_sent_and_is_not_repeated(make: Make) -> None:
    attempt, answers = make()
    taps: list[int] = []

    def tap() -> None:
        taps.append(1)
        raise TapUncertainError("no answer to the tap")

    attempt.commit("tap Follow", tap)
    assert (taps, attempt.effect) == ([1], Effect.SENT)
    assert isinstance(answers.said[-1], TapSent)


def test_tap_that_fails_otherwise_leaves_intent(make: Make) -> None:
    attempt, _ = make()

    def tap() -> None:
        raise PhoneLostError("gone")

    with pytest.raises(PhoneLostError):
        attempt.commit("tap Follow", tap)
    assert attempt.failed(Reason.DEVICE_LOST, "gone").effect is Effect.INTENT


@pytest.mark.parametrize(("done_before", "untapped"), [(0, True), (1, False)])
def test_case_p8_a_refused_tap_did_not_happen_if_nothing_went_before(
    make: Make, done_before: int, untapped: bool
) -> None:
    attempt, answers = make()

    def tap() -> None:
        attempt.phone.acts += done_before
        raise InputForbiddenError("R58M1")

    with pytest.raises(InputForbiddenError):
        attempt.commit("tap Follow", tap)
    ended = attempt.failed(Reason.INTERRUPTED, "refused", condition=PhoneCondition.INPUT_FORBIDDEN)
    assert (ended.effect, ended.untapped) == (Effect.INTENT, untapped)
    assert answers.kinds() == ["IntentRequested"]


def test_second_commit_is_a_fault_of_the_script(make: Make) -> None:
    attempt, _ = make()
    attempt.commit("tap Follow", lambda: None)
    with pytest.raises(RuntimeError, match="commits once"):
        attempt.commit("tap Follow", lambda: pytest.fail("tapped twice"))


def test_stop_is_obeyed_at_the_next_step_but_never_between_intent_and_tap(make: Make) -> None:
    attempt, _ = make()
    taps: list[int] = []

    def tap() -> None:
        attempt.stop()
        attempt.check()  # what a wait inside the tap would do
        taps.append(1)

    attempt.commit("tap Follow", tap)
    assert taps == [1]
    with pytest.raises(StopRequestedError):
        attempt.step("looking", 90)


def test_r08_who_is_shut_down_is_interrupted_and_not_stopped(make: Make) -> None:
    attempt, _ = make()
    attempt.stop(Reason.INTERRUPTED, remarks.SHUT_DOWN)
    with pytest.raises(StopRequestedError):
        attempt.step("looking", 10)
    ended = attempt.stopped()
    assert (ended.reason, ended.effect, ended.remark) == (Reason.INTERRUPTED, Effect.NONE, remarks.SHUT_DOWN)


def test_deadline_ends_the_attempt(make: Make) -> None:
    attempt, _ = make(deadline_s=-1)
    with pytest.raises(ScriptFailed) as failed:
        attempt.enter(Phase.PREPARE)
    assert failed.value.reason is Reason.TIMEOUT


def test_proof_is_kept_and_told(make: Make, tmp_path: Path) -> None:
    attempt, answers = make()
    attempt.commit("tap Follow", lambda: None)
    attempt.confirm(PROOF)
    assert answers.said[-1] == EffectConfirmed(fence=7, evidence=["2-proof.xml"])
    assert (tmp_path / "3" / "2-proof.xml").read_bytes() == PROOF.xml
    assert "evidence proof is incomplete: gone" in (tmp_path / "3" / "log.txt").read_text()


def test_progress_never_goes_back_and_texts_carry_no_control_characters(make: Make, tmp_path: Path) -> None:
    attempt, answers = make()
    attempt.step("half\x1b[31m way\n", 50)
    attempt.step("again", 20)
    told = [(message.step, message.progress) for message in answers.said if isinstance(message, Progressed)]
    assert told == [("half[31m way", 50), ("again", 50)]
    assert "\x1b" not in (tmp_path / "3" / "log.txt").read_text()


def opened(tmp_path: Path, file: MediaFile, *roots: Path) -> bytes:
    """What the script of an attempt gets that publishes this file."""
    begin = Begin(
        fence=7,
        task_id=1,
        attempt=1,
        script_name="post",
        script_config={},
        username=None,
        platform="tiktok",
        package="com.app",
        folder=str(tmp_path / "task"),
        deadline_s=60.0,
        media=[file],
        media_roots=[str(root) for root in roots],
    )
    attempt = AttemptContext(cast(Phone, BlindPhone()), begin, lambda _message: None)
    with attempt.open_media(attempt.media[0]) as handle:
        return handle.read()


def as_chosen(path: Path, **changes: object) -> MediaFile:
    with open_named(str(path), [path.parent]) as file:
        return msgspec.structs.replace(file.file, **changes)


def test_s13_a_media_file_is_checked_again_by_the_handle_that_is_given(tmp_path: Path) -> None:
    root = tmp_path / "media"
    root.mkdir()
    path = make_picture(root / "a.png")
    chosen = as_chosen(path)
    assert opened(tmp_path, chosen, root) == path.read_bytes()
    outside = make_picture(tmp_path / "b.png")
    for file, roots, says in (
        (as_chosen(outside), [root], "lies outside"),
        (chosen, [], "no folder of media"),
        (as_chosen(path, size=5), [root], "was image/png of 5 bytes when it was chosen"),
        (as_chosen(path, media_type="image/jpeg"), [root], "is image/png of"),
    ):
        with pytest.raises(ScriptFailed, match=says) as caught:
            opened(tmp_path, file, *roots)
        assert caught.value.reason is Reason.MEDIA_INVALID
    path.unlink()
    path.symlink_to(outside)
    with pytest.raises(ScriptFailed, match="lies outside"):
        opened(tmp_path, chosen, root)


@pytest.mark.parametrize(
    ("named", "account", "logged_in_as", "shown", "asks"),
    [
        (None, "me", "Me", "ME", False),  # what is expected costs nothing
        (None, "", "", "me", True),
        (None, "me", "me", "you", True),
        (None, "me", "you", "you", True),  # it looks what @me did, and the app acts as @you
        ("me", "me", "you", "you", False),  # it switches next
        ("me", "me", "you", "me", True),
    ],
)
def test_r23_the_supervisor_hears_of_an_account_that_it_does_not_expect(
    tmp_path: Path, named: str | None, account: str, logged_in_as: str, shown: str, asks: bool
) -> None:
    said: list[FromWorker] = []
    begin = Begin(
        fence=7, task_id=3, attempt=2, script_name="follow", script_config={}, username=named, platform="tiktok",
        package="", folder=str(tmp_path), deadline_s=30, account=account, logged_in_as=logged_in_as,
    )  # fmt: skip
    attempt = AttemptContext(cast(Phone, BlindPhone()), begin, lambda message: answer(message))

    def answer(message: FromWorker) -> None:
        said.append(message)
        attempt.answer(AccountNoted(fence=7, verdict=AccountVerdict.GO_ON))

    attempt.saw_account(shown)
    assert [type(message) for message in said] == ([AccountSeen] if asks else [])
    attempt.saw_account(shown)
    assert len(said) <= 1


@pytest.mark.parametrize(
    ("verdict", "raised"),
    [(AccountVerdict.OTHER_ACCOUNT, ScriptFailed), (AccountVerdict.NOT_STORED, AccountNotNotedError)],
)
def test_r23_an_account_that_may_not_act_ends_the_attempt(
    make: Make, verdict: AccountVerdict, raised: type[Exception]
) -> None:
    attempt, answers = make()
    noted = AccountNoted(fence=7, verdict=verdict, why="@me pauses")
    answers.send = lambda message: attempt.answer(noted)  # type: ignore[method-assign]
    attempt._send = answers.send  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(raised, match="@me pauses"):
        attempt.saw_account("me")
    assert attempt.effect is Effect.NONE


@pytest.mark.parametrize(("code", "reason"), [(errno.EMFILE, Reason.INTERRUPTED), (errno.EACCES, Reason.MEDIA_INVALID)])
def test_case_b5_a_media_file_that_cannot_be_opened_just_now_is_not_called_invalid(
    code: int, reason: Reason, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = as_chosen(make_picture(tmp_path / "a.png"))

    def refused(*_args: object, **_fields: object) -> None:
        raise OSError(code, os.strerror(code))

    def unwritten(*_args: object) -> None:
        return None

    monkeypatch.setattr("drover.media.files.os.open", refused)
    monkeypatch.setattr(TaskFiles, "append", unwritten)
    with pytest.raises(ScriptFailed, match=os.strerror(code)) as caught:
        opened(tmp_path, chosen, tmp_path)
    assert caught.value.reason is reason
