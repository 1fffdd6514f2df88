"""One attempt as its script sees it: steps, the durable commit, evidence, stop and deadline. Implements Context."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from drover.apps import same_handle
from drover.media.files import MediaError, MediaUnavailableError, open_named
from drover.phone.engine import InputForbiddenError, PhoneError, TapUncertainError
from drover.phone.hierarchy import Hierarchy
from drover.phone.phone import Phone
from drover.policy import remarks
from drover.scripts.context import ScriptFailed, StopRequestedError
from drover.wire.devices import PhoneCondition
from drover.wire.holds import Trouble
from drover.wire.media import MediaFile
from drover.wire.tasks import Effect, Phase, Reason
from drover.wire.worker import (
    AccountNoted,
    AccountSeen,
    AccountVerdict,
    Begin,
    EffectConfirmed,
    Ended,
    FromWorker,
    IntentRecorded,
    IntentRefused,
    IntentRequested,
    Outcome,
    Progressed,
    TapSent,
)
from drover.worker.task_files import TaskFiles

INTENT_TIMEOUT_S: Final = 15.0
EVIDENCE_TIMEOUT_S: Final = 6.0
"""For the hierarchy and the picture each: a phone that hangs must not hold its task for a picture."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class IntentNotGrantedError(Exception):
    """The supervisor did not record the intent, so the tap was not performed."""


class AccountNotNotedError(Exception):
    """The supervisor did not keep as whom the app is logged in, so nothing was done as that account."""


class AttemptContext:
    """The Context of one attempt. Its own thread runs the script; `stop` and the answers come from another."""

    def __init__(self, phone: Phone, begin: Begin, send: Callable[[FromWorker], None]) -> None:
        self.phone = phone
        self.fence = begin.fence
        self.package = begin.package
        self.platform = begin.platform
        self.username = begin.username
        self.reconcile = begin.reconcile
        self.task_id = begin.task_id
        self.media: Sequence[MediaFile] = tuple(begin.media)
        self._media_roots = [Path(root) for root in begin.media_roots]
        self.remark = ""
        self.effect = Effect.NONE
        self.untapped = False
        """Whether the phone refused the commit tap, so that nothing was done under the intent."""
        self.effect_allowed = True
        """Whether the script declared beforehand that others can see what it does."""
        self._attempt = begin.attempt
        self._send = send
        self.files = TaskFiles(Path(begin.folder), task_id=begin.task_id)
        self._deadline = time.monotonic() + begin.deadline_s
        self._deadline_s = begin.deadline_s
        self._phase = Phase.PREPARE
        self._progress = 0
        self._stop = threading.Event()
        self._stopped_as = (Reason.STOPPED, remarks.STOPPED)
        self._committing = False
        self._answered = threading.Event()
        self._answer: IntentRecorded | IntentRefused | AccountNoted | None = None
        self._account = begin.account
        self._logged_in_as = begin.logged_in_as
        self.main = True
        """Whether the app is the one that a task without a package gets."""
        self.app_version = ""

    # --- called by the channel's thread

    def stop(self, reason: Reason = Reason.STOPPED, remark: str = remarks.STOPPED) -> None:
        """End at the next step, for this reason: a person's wish is another than a worker that is shut down."""
        self._stopped_as = (reason, remark)
        self._stop.set()

    def answer(self, answer: IntentRecorded | IntentRefused | AccountNoted) -> None:
        """What the supervisor says to the one question that the script may wait with."""
        self._answer = answer
        self._answered.set()

    # --- called by the script

    def check(self) -> None:
        """Raise if the task was stopped or its time is over; never between intent and tap."""
        if self._committing:
            return
        if self._stop.is_set():
            raise StopRequestedError
        if time.monotonic() > self._deadline:
            raise ScriptFailed(Reason.TIMEOUT, remarks.outlived(self.phone.serial, self._deadline_s))

    def enter(self, phase: Phase) -> None:
        self.check()
        self._phase = phase
        if phase is Phase.PREPARE:
            self.step("attempt begins" if not self.reconcile else "attempt begins by looking what the last one did", 0)

    def step(self, text: str, progress: int) -> None:
        self.check()
        self.tell(text, progress)
        self.log(text)

    def tell(self, text: str, progress: int) -> None:
        """Say to subscribers what happens now; the log has it already."""
        self._progress = max(self._progress, min(progress, 100))
        text = _CONTROL.sub("", text)
        self._send(Progressed(fence=self.fence, phase=self._phase, step=text, progress=self._progress))

    def log(self, text: str) -> None:
        """A line of the task's log that is no one's step. May be called from any thread."""
        self._write_log(_CONTROL.sub("", text))

    def commit(self, what: str, tap: Callable[[], None]) -> None:
        self.check()
        if self.effect is not Effect.NONE:
            raise RuntimeError("a script commits once")
        if not self.effect_allowed:
            raise RuntimeError("a script that says it has no effect commits nothing")
        early = self._phase is Phase.PREPARE
        if early:  # a script that is one piece; the phases are then what its commit makes of it
            self._phase = Phase.COMMIT
        self._committing = True
        try:
            self._await_intent(what)
            self.effect = Effect.INTENT
            acts = self.phone.acts
            try:
                tap()
            except TapUncertainError as error:
                self._write_log(f"the tap may or may not have arrived: {error}")
            except InputForbiddenError:
                self.untapped = self.phone.acts == acts  # whatever went before it may have had the effect
                raise
            self.effect = Effect.SENT
            self._send(TapSent(fence=self.fence))
            self._write_log(f"performed: {what}")
            if early:
                self._phase = Phase.VERIFY
        finally:
            self._committing = False

    def _await_intent(self, what: str) -> None:
        answer = self._ask(IntentRequested(fence=self.fence, what=what))
        if isinstance(answer, IntentRecorded):
            return
        why = answer.why if isinstance(answer, IntentRefused) else f"no answer within {INTENT_TIMEOUT_S:.0f} s"
        raise IntentNotGrantedError(f"The supervisor did not record the intent ({why}); nothing was tapped.")

    def _ask(self, question: IntentRequested | AccountSeen) -> IntentRecorded | IntentRefused | AccountNoted | None:
        self._answer = None
        self._answered.clear()
        self._send(question)
        self._answered.wait(INTENT_TIMEOUT_S)
        return self._answer

    def saw_account(self, username: str) -> None:
        """Ask the supervisor where the account is another than it expects; what it expects costs nothing."""
        self.check()
        wanted = bool(self.username) or same_handle(username, self._account)
        if wanted and same_handle(username, self._logged_in_as):
            return
        self.log(f"logged in as @{username}" + (f", not as @{self._logged_in_as}" if self._logged_in_as else ""))
        answer = self._ask(
            AccountSeen(
                fence=self.fence, username=username, package=self.package, main=self.main, version=self.app_version
            )
        )
        if not isinstance(answer, AccountNoted) or answer.verdict is AccountVerdict.NOT_STORED:
            why = answer.why if isinstance(answer, AccountNoted) else f"no answer within {INTENT_TIMEOUT_S:.0f} s"
            raise AccountNotNotedError(f"The supervisor did not keep which account is logged in ({why}).")
        if answer.verdict is AccountVerdict.OTHER_ACCOUNT:
            raise ScriptFailed(Reason.WRONG_ACCOUNT, answer.why)
        self._logged_in_as = username
        self._account = self._account if self.username else username

    def confirm(self, proof: Hierarchy) -> None:
        self.keep("proof", proof)
        self.effect = Effect.CONFIRMED
        self._send(EffectConfirmed(fence=self.fence, evidence=list(self.evidence)))

    def open_media(self, file: MediaFile) -> BinaryIO:
        try:
            opened = open_named(file.path, self._media_roots)
        except MediaUnavailableError as error:
            raise ScriptFailed(Reason.INTERRUPTED, f"{error}; retry the task.") from None
        except MediaError as error:
            raise ScriptFailed(Reason.MEDIA_INVALID, f"{error}.") from None
        if (opened.media_type, opened.size) == (file.media_type, file.size):
            return opened.handle
        opened.close()
        raise ScriptFailed(
            Reason.MEDIA_INVALID,
            f"{file.path}: was {file.media_type} of {file.size} bytes when it was chosen and is {opened.media_type} of "
            f"{opened.size} bytes now; leave files alone that tasks wait for, and retry.",
        )

    def vouch(self) -> None:
        """The script says itself that it is done, and no one else can: that is taken for proof."""
        self.effect = Effect.CONFIRMED
        self._send(EffectConfirmed(fence=self.fence, evidence=list(self.evidence)))

    def keep(self, name: str, seen: Hierarchy | None = None) -> None:
        """Evidence is worth having but never worth failing for: a phone that cannot show its screen is noted, and so
        is a disk that takes no file."""
        stem = f"{self._attempt}-{re.sub(r'[^a-z0-9_]', '_', name.lower())}"
        try:
            hierarchy = seen or self.phone.screen(timeout_s=EVIDENCE_TIMEOUT_S)
            self.files.write(f"{stem}.xml", hierarchy.xml)
            self.files.write(f"{stem}.png", self.phone.screenshot(timeout_s=EVIDENCE_TIMEOUT_S))
        except PhoneError as error:
            self._write_log(f"evidence {name} is incomplete: {error}")

    # --- ends

    def completed(self) -> Ended:
        """The last message of an attempt that reached the wanted state."""
        self._write_log("completed")
        return Ended(
            fence=self.fence,
            outcome=Outcome.COMPLETED,
            effect=self.effect,
            remark=self._with_missing(_CONTROL.sub("", self.remark)),
            evidence=list(self.evidence),
        )

    def stopped(self) -> Ended:
        """The last message of an attempt that was stopped."""
        return self.failed(*self._stopped_as)

    def failed(
        self,
        reason: Reason,
        remark: str,
        trouble: Trouble | None = None,
        *,
        condition: PhoneCondition | None = None,
    ) -> Ended:
        """The last message of an attempt that did not; keeps the screen it ended on.

        `trouble` is what the app has against the account; `condition`: the phone as a whole stood in the way.
        """
        remark = _CONTROL.sub("", remark)
        if reason is not Reason.DEVICE_LOST and not self._stop.is_set() and not self.evidence:
            self._committing = True  # a stop or deadline must not cut the evidence short
            self.keep("end")
        self._write_log(f"failed: {reason.value}: {remark}")
        if self.files.missing:
            remark = self._with_missing(remarks.complete(reason, remark))
        return Ended(
            fence=self.fence,
            outcome=Outcome.FAILED,
            effect=self.effect,
            reason=reason,
            remark=remark,
            evidence=list(self.evidence),
            trouble=trouble,
            condition=condition,
            untapped=self.untapped,
        )

    # --- files

    @property
    def evidence(self) -> list[str]:
        """The names of the files that were kept."""
        return self.files.evidence

    def _with_missing(self, remark: str) -> str:
        return f"{remark} {self.files.missing}".strip()

    def _write_log(self, text: str) -> None:
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        self.files.append(f"{stamp}Z attempt {self._attempt} {self._phase.value} {self._progress:3d}% {text}\n")
