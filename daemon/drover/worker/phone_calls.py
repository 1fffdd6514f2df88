"""Direct calls on the phone's thread: those of a lease's holder, and those of a command while it runs.

Remembers whether the automation's settings were changed, so that the next user gets the phone as it was.
"""

import queue
from collections.abc import Callable

from drover.phone.engine import PhoneError
from drover.phone.phone import Phone
from drover.wire.direct import DirectEnd, DirectEnded
from drover.wire.worker import Begin, CleanUp, FromWorker, Probe, ReadAccounts
from drover.worker.attempt import AttemptContext
from drover.worker.direct_calls import Asked, failed, perform
from drover.worker.phone_connection import PhoneConnection

Message = Begin | Probe | ReadAccounts | CleanUp | Asked | DirectEnded | None
"""What the phone's thread is given to do; None ends it."""

Inbox = queue.SimpleQueue[Message]


def go_on() -> None:
    """For `Phone.cancelled`: nothing runs that could be cancelled."""


class PhoneCalls:
    """Of one phone. `inbox` is that of the phone's thread: a command's calls come by it as all others do."""

    def __init__(self, inbox: Inbox, connection: PhoneConnection, send: Callable[[FromWorker], None]) -> None:
        self._inbox = inbox
        self._connection = connection
        self._send = send
        self._altered = False

    def perform(self, phone: Phone, asked: Asked) -> bool:
        """A call of a lease's holder; False if the phone must be opened again."""
        done = perform(phone, asked)
        self._altered = self._altered or done.altered
        self._send(done.answer)
        return done.healthy

    def end_lease(self) -> bool:
        """The lease is over; False if the phone must be opened again, so that no settings of its holder stay."""
        altered, self._altered = self._altered, False
        return not altered

    def serve_command(self, attempt: AttemptContext, timeout_s: float) -> None:
        """While a command runs: carry out what it asks of its phone, at most one call, waiting for one so long."""
        try:
            message = self._inbox.get(timeout=timeout_s)
        except queue.Empty:
            return
        if message is None:
            self._inbox.put(None)  # for the thread's own loop, as soon as the command has ended
        elif isinstance(message, Asked):
            attempt.phone.cancelled = go_on  # a call that has begun is carried out
            if not self.perform(attempt.phone, message):
                self._open_again(attempt)
            attempt.phone.cancelled = attempt.check

    def end_command(self, attempt: AttemptContext, phone: Phone) -> bool:
        """Calls that still wait came too late. `phone` is the one with which the attempt began; False if it must be
        opened again."""
        late: list[Message] = []
        while not self._inbox.empty():
            late.append(self._inbox.get_nowait())
        for message in late:
            if isinstance(message, Asked):
                why = f"{phone.serial}: the task of this session has ended"
                self._send(failed(message.call, DirectEnd.NOT_DONE, why))
            else:
                self._inbox.put(message)
        if attempt.phone is not phone:
            attempt.phone.close()
        return self.end_lease() and attempt.phone is phone

    def _open_again(self, attempt: AttemptContext) -> None:
        """Under a command that runs; where the phone cannot be opened, the next call finds out, and tries too."""
        attempt.phone.close()
        try:
            attempt.phone = self._connection.open()
        except (PhoneError, OSError) as error:
            attempt.log(f"the phone does not answer: {error}")
