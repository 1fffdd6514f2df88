"""The phone's thread: opens the phone, keeps it open, and carries out one message after the other.

Knows no socket: it is given `send`.
"""

import queue
import time
from collections.abc import Callable
from typing import Final

import structlog

from drover.allocation import give_back_free_blocks
from drover.phone.engine import PhoneError
from drover.phone.phone import Phone
from drover.scripts.publishing.gallery_files import clean_up
from drover.wire.direct import DirectCall, DirectEnded
from drover.wire.worker import (
    AccountNoted,
    AccountsRead,
    Begin,
    CleanUp,
    FromWorker,
    IntentRecorded,
    IntentRefused,
    PhoneTrouble,
    Probe,
    ReadAccounts,
)
from drover.wire.zygote import WorkerSpec
from drover.worker.account_reader import AccountReader
from drover.worker.attempt_runner import AttemptRunner
from drover.worker.direct_calls import Asked
from drover.worker.phone_calls import Inbox, Message, PhoneCalls
from drover.worker.phone_connection import PhoneConnection, machine_error

log = structlog.get_logger("drover.worker")

OPEN_RETRY_MAX_S: Final = 30.0
FIRST_RETRY_S: Final = 1.0
REST_S: Final = 0.5
"""Without a message for so long, a worker has time for its own memory."""
DEGRADED_S: Final = 600.0
"""After so long, a phone that is served without its automation server is opened again: it may be had by now."""


class Runner:
    """The phone's thread (`run`) and the calls by which the channel's thread steers it."""

    def __init__(self, spec: WorkerSpec, send: Callable[[FromWorker], None]) -> None:
        self._serial = spec.serial
        self._send = send
        self._inbox: Inbox = queue.SimpleQueue()
        self._connection = PhoneConnection(spec, send)
        self._calls = PhoneCalls(self._inbox, self._connection, send)
        self._attempts = AttemptRunner(self._connection, self._calls, send, self.probe)
        self._worked = False
        """Whether anything but looks at an idle phone was done since memory was given back."""
        self._accounts = AccountReader(self._connection, self._attempts.give_way, send)

    # --- called by the channel's thread

    @property
    def running(self) -> int | None:
        """The fence of the attempt that was taken and has not ended."""
        return self._attempts.running

    def begin(self, message: Begin) -> None:
        """Take an attempt, unless its fence was seen already or another runs."""
        if self._attempts.take(message):
            self._inbox.put(message)

    def stop(self, fence: int) -> None:
        """Ask the attempt to stop at its next step, also one that waits for its turn on the phone."""
        self._attempts.stop(fence)

    def answer(self, answer: IntentRecorded | IntentRefused | AccountNoted) -> None:
        """Hand the supervisor's answer to the attempt that waits for it."""
        self._attempts.answer(answer)

    def probe(self) -> None:
        """Look at the phone as soon as nothing runs."""
        self._inbox.put(Probe())

    def direct(self, message: DirectCall | DirectEnded) -> None:
        """Do what a lease's holder wants, or put the phone in order after it, as soon as nothing runs."""
        self._inbox.put(message if isinstance(message, DirectEnded) else Asked.now(message))

    def read_accounts(self, message: ReadAccounts) -> None:
        """Read an app's accounts as soon as nothing runs."""
        self._inbox.put(message)

    def clean_up(self, message: CleanUp) -> None:
        """Take left files out of the gallery as soon as nothing runs."""
        self._inbox.put(message)

    def shutdown(self) -> None:
        """End the thread; a running attempt is asked to stop first."""
        self._attempts.shutdown()
        self._inbox.put(None)

    # --- the phone's thread

    def run(self) -> None:
        """Open the phone, then carry out messages until shut down."""
        while not self._attempts.ending:
            phone = self._open()
            if phone is None:
                return
            try:
                self._serve(phone)
            finally:
                phone.close()

    def _open(self) -> Phone | None:
        """The open phone, tried again for ever with growing pauses; None when shut down meanwhile."""
        pause_s = FIRST_RETRY_S
        while not self._attempts.ending:
            try:
                return self._connection.open_ready()
            except (PhoneError, OSError) as error:
                trouble = error if isinstance(error, PhoneError) else machine_error(self._serial, error)
                pause_s = self._pause(self._connection.on_not_opened(trouble, pause_s), trouble)
        return None

    def _pause(self, pause_s: float, error: PhoneError) -> float:
        """Wait before the next try, and how long to wait after that. A probe means that adb has the phone again."""
        try:
            message = self._inbox.get(timeout=pause_s)
        except queue.Empty:
            return min(pause_s * 2, OPEN_RETRY_MAX_S)
        if isinstance(message, ReadAccounts):
            why = f"{self._serial}: its phone does not answer; try again when the device is idle."
            self._send(AccountsRead(request_id=message.request_id, why=why))
        if isinstance(message, Begin):
            self._attempts.give_back(message, error)
        return FIRST_RETRY_S

    def _serve(self, phone: Phone) -> None:
        """Carry out messages; look after an idle phone now and then. Returns when the phone must be opened again."""
        opened = time.monotonic()
        while True:
            message = self._next()
            self._worked = self._worked or not isinstance(message, Probe)
            match message:
                case None:
                    return
                case Probe() if phone.degraded and time.monotonic() - opened > DEGRADED_S:
                    return
                case Probe():
                    healthy = self._connection.probe(phone)
                case Asked():
                    healthy = self._calls.perform(phone, message)
                case DirectEnded():
                    healthy = self._calls.end_lease()
                case ReadAccounts():
                    healthy = self._accounts.answer(phone, message)
                case CleanUp():
                    healthy = self._clean_up(phone, message)
                case Begin():
                    healthy = self._attempts.run(phone, message)
            if not healthy:
                return

    def _next(self) -> Message:
        """The next message; a Probe when it is time to look at an idle phone. What the last ones left in memory is
        given back once nothing follows them."""
        look_again_s = self._connection.readiness.look_again_s
        try:
            if self._worked:
                return self._inbox.get(timeout=min(REST_S, look_again_s))
        except queue.Empty:
            give_back_free_blocks()
        self._worked = False
        try:
            return self._inbox.get(timeout=look_again_s)
        except queue.Empty:
            return Probe()

    def _clean_up(self, phone: Phone, message: CleanUp) -> bool:
        try:
            removed = clean_up(phone, message.keep)
        except PhoneError as error:
            self._send(PhoneTrouble(why=str(error)))
            return False
        if removed:
            log.info("gallery_tidied", files=[str(name) for name in removed])
        return True
