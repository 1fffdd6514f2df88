"""Runs attempts, one at a time: which may begin, who may end it, and what its end is called.

The channel's thread offers, stops and answers; the phone's thread runs.
"""

import errno
import threading
from collections.abc import Callable
from typing import Final

import structlog

from drover.media.files import PASSING
from drover.phone.engine import (
    AppMissingError,
    CoveredError,
    PhoneError,
    PhoneLostError,
    PhoneNotReadyError,
    PhoneTimeoutError,
)
from drover.phone.phone import Phone
from drover.policy import remarks
from drover.scripts.context import Script, ScriptFailed, StopRequestedError
from drover.wire.holds import Trouble
from drover.wire.tasks import Phase, Reason
from drover.wire.worker import AccountNoted, AttemptRefused, Begin, Ended, FromWorker, IntentRecorded, IntentRefused
from drover.worker.attempt import AccountNotNotedError, AttemptContext, IntentNotGrantedError
from drover.worker.command_script import ManagedScript
from drover.worker.phone_calls import PhoneCalls, go_on
from drover.worker.phone_connection import PhoneConnection, machine_error
from drover.worker.readiness import PERHAPS_THE_PHONE, unbegun
from drover.worker.script_phases import perform, script_of

log = structlog.get_logger("drover.worker")

WAKE_S: Final = 12.0
CHECK_S: Final = 4.0
"""For the question whether the phone as a whole is the cause of a failure: one that hangs must not hold its end."""

LACKED: Final = PASSING | {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""What the machine lacks when a file is written or opened: no fault of the script, the phone or the account."""


class AttemptRunner:
    """Of one phone. `running` is the fence of the attempt that was taken and has not ended. `wake` makes the phone's
    thread look into its inbox."""

    def __init__(
        self,
        connection: PhoneConnection,
        calls: PhoneCalls,
        send: Callable[[FromWorker], None],
        wake: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._calls = calls
        self._send = send
        self._wake = wake
        self._seen: set[int] = set()
        self._attempt: AttemptContext | None = None
        self._stopped: int | None = None
        self._ending = threading.Event()
        self.running: int | None = None

    # --- called by the channel's thread

    def take(self, message: Begin) -> bool:
        """Take an attempt, unless its fence was seen already or another runs; that is refused."""
        if message.fence in self._seen or self.running is not None:
            self._refuse(message, "seen already" if message.fence in self._seen else f"busy with {self.running}")
            return False
        self._seen.add(message.fence)
        self.running = message.fence
        return True

    def stop(self, fence: int) -> None:
        """Ask the attempt to stop at its next step, also one that waits for its turn on the phone."""
        self._stopped = fence
        attempt = self._attempt
        if attempt is not None and attempt.fence == fence:
            attempt.stop()

    def answer(self, answer: IntentRecorded | IntentRefused | AccountNoted) -> None:
        """Hand the supervisor's answer to the attempt that waits for it."""
        attempt = self._attempt
        if attempt is not None and attempt.fence == answer.fence:
            attempt.answer(answer)

    def shutdown(self) -> None:
        """Ask what runs to stop, and what begins from now on."""
        self._ending.set()
        attempt = self._attempt
        if attempt is not None:
            attempt.stop(Reason.INTERRUPTED, remarks.SHUT_DOWN)

    # --- the phone's thread

    @property
    def ending(self) -> bool:
        """Whether the worker is to end."""
        return self._ending.is_set()

    def give_way(self) -> None:
        """For what uses the phone between attempts: raises StopRequestedError where a shutdown, or an attempt that is
        to stop, waits behind it."""
        if self.ending or (self.running is not None and self._stopped == self.running):
            raise StopRequestedError

    def give_back(self, message: Begin, error: PhoneError) -> None:
        """The attempt cannot begin, because its phone could not be opened."""
        self.running = None
        if isinstance(error, PhoneNotReadyError):
            self._send(unbegun(message, error))
        else:
            self._refuse(message, "its phone does not answer")

    def run(self, phone: Phone, message: Begin) -> bool:
        """One attempt from Begin to Ended; False if the phone must be opened again."""
        attempt = AttemptContext(phone, message, self._send)
        self._attempt = attempt
        phone.cancelled = attempt.check
        if self.ending:
            attempt.stop(Reason.INTERRUPTED, remarks.SHUT_DOWN)
        elif self._stopped == message.fence:
            attempt.stop()
        try:
            ended, healthy = self._ended(attempt, message)
        finally:
            phone.cancelled = go_on
            self._attempt = None
        if message.managed is not None:
            healthy = self._calls.end_command(attempt, phone) and healthy
        self.running = None
        self._send(ended)
        if ended.condition is not None:
            self._connection.readiness.condition = ended.condition
            return healthy and self._connection.probe(phone)
        return healthy

    def _ended(self, attempt: AttemptContext, message: Begin) -> tuple[Ended, bool]:
        """How the attempt ended, and whether its phone need not be opened again."""
        try:
            return self._performed(attempt, message), True
        except PhoneNotReadyError as error:
            return attempt.failed(Reason.INTERRUPTED, str(error), condition=error.condition), True
        except PhoneLostError as error:
            return attempt.failed(Reason.DEVICE_LOST, str(error)), False
        except PhoneTimeoutError as error:
            return self._failed(attempt, message, Reason.TIMEOUT, str(error)), False
        except AppMissingError as error:
            return attempt.failed(Reason.APP_MISSING, str(error)), True
        except CoveredError as error:
            return self._failed(attempt, message, Reason.APP_CHANGED, str(error)), True
        except PhoneError as error:
            return self._failed(attempt, message, Reason.INTERRUPTED, str(error)), False
        except ScriptFailed as error:
            return self._failed(attempt, message, error.reason, error.remark, error.trouble), True
        except StopRequestedError:
            return attempt.stopped(), True
        except (IntentNotGrantedError, AccountNotNotedError) as error:
            return attempt.failed(Reason.INTERRUPTED, str(error)), True
        except Exception as error:
            return self._fault(attempt, message, error), True

    def _performed(self, attempt: AttemptContext, message: Begin) -> Ended:
        phone, apps = attempt.phone, self._connection.apps
        script = self._script(attempt, message)
        attempt.enter(Phase.PREPARE)
        phone.wake(timeout_s=WAKE_S)
        phone.ready()
        attempt.package = self._connection.package_of(phone, message)
        attempt.app_version = apps.version(attempt.package)
        attempt.main = apps.is_main(message.platform, attempt.package)
        return perform(attempt, script, recognises=message.managed is None)

    def _script(self, attempt: AttemptContext, message: Begin) -> Script:
        if message.managed is None:
            return script_of(message)
        return ManagedScript(
            message,
            message.managed,
            attempt,
            serve=lambda timeout_s: self._calls.serve_command(attempt, timeout_s),
            wake=self._wake,
        )

    def _fault(self, attempt: AttemptContext, message: Begin, error: Exception) -> Ended:
        """The last message of an attempt whose script raised what no script should."""
        log.exception("script_failed", task=message.task_id, fence=message.fence)
        if isinstance(error, OSError) and error.errno in LACKED:
            return attempt.failed(Reason.INTERRUPTED, str(machine_error(attempt.phone.serial, error)))
        why = f"The script failed by a fault of its own: {error!r}."
        return self._failed(attempt, message, Reason.SCRIPT_ERROR, why)

    def _failed(
        self, attempt: AttemptContext, message: Begin, reason: Reason, remark: str, trouble: Trouble | None = None
    ) -> Ended:
        """The last message of a failed attempt. Where the phone as a whole may be the cause, it is asked first.

        A command says itself why it ended; what it meant to do is not known here.
        """
        if reason in PERHAPS_THE_PHONE and message.managed is None:
            try:
                attempt.phone.check_ready(timeout_s=CHECK_S)
            except PhoneNotReadyError as error:
                attempt.log(f"the phone is not ready, so this says nothing: {reason.value}: {remark}")
                return attempt.failed(Reason.INTERRUPTED, str(error), condition=error.condition)
            except PhoneError as error:
                attempt.log(f"whether the phone is ready could not be asked: {error}")
        return attempt.failed(reason, remark, trouble)

    def _refuse(self, message: Begin, why: str) -> None:
        self._send(AttemptRefused(fence=message.fence, why=why))
