"""What the rest of the supervisor may ask of a phone's worker, and what it hears from workers."""

from typing import Protocol

from drover.wire.worker import FromWorker, ToWorker


class Workers(Protocol):
    """The workers by the serials of their phones. Called on the event loop; neither waits."""

    def send(self, serial: str, message: ToWorker) -> bool:
        """Send to the phone's present worker; False if there is none to take it."""
        ...

    def kill(self, serial: str, why: str, *, excused: bool = False) -> bool:
        """End the worker with its whole group; False if there is none. Its end is reported as any other.

        `excused` when a person wanted it: it is started again at once, and no crash is counted.
        """
        ...


class WorkerListener(Protocol):
    """Who hears of the workers; called on the event loop, in the order in which things happen."""

    def on_worker_started(self, serial: str, pid: int, starts: int) -> None: ...

    def on_message(self, serial: str, message: FromWorker) -> None: ...

    def on_worker_ended(self, serial: str, status: int, *, quarantined: bool, retry_in_s: float | None) -> None: ...
