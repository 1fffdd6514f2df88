"""What can go wrong in the store. Messages are for people: what happened, to which task, and what to do next."""

from drover.wire.tasks import Task


class StoreError(Exception):
    """The database cannot be used as it is; nothing was changed."""


class StoreUnavailableError(StoreError):
    """The database could not take it now (disk full, I/O error); nothing of it was stored, and later it may be."""


class NotFoundError(Exception):
    """No such task."""

    def __init__(self, task_id: int) -> None:
        super().__init__(f"task {task_id} does not exist")
        self.task_id = task_id


class ConflictError(Exception):
    """What stands there does not allow it; `task` is the one in the way, if it is one."""

    def __init__(self, message: str, task: Task | None = None) -> None:
        super().__init__(message)
        self.task = task


class IdempotencyConflictError(ConflictError):
    """The same idempotency key came with another body."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Idempotency-Key {key!r} was used within 24 h for another body; use a new key")
        self.key = key


class OtherAccountError(ConflictError):
    """The task would act as another account than its attempt was to begin for."""


class HeldError(ConflictError):
    """The task's account or phone was paused, or its account disabled, before its attempt could begin."""
