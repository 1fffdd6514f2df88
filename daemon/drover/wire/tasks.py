"""The task as everybody sees it, and the fixed words for its state."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

import msgspec


class Status(IntEnum):
    """Where a task stands; the numbers are the REST contract's."""

    PENDING = 0  # accepted, not begun: waits for its time, its device or its turn
    RUNNING = 1  # an attempt has begun
    COMPLETED = 2  # the wanted state is proven
    FAILED = 3  # ended without it; `reason` and `remark` say why

    @property
    def ended(self) -> bool:
        return self in (Status.COMPLETED, Status.FAILED)


class Reason(StrEnum):
    """Why a task failed. The list is short and fixed; README.md explains each to the user."""

    INTERRUPTED = "interrupted"  # the worker or the daemon died before the effect was possible
    OUTCOME_UNKNOWN = "outcome_unknown"  # the commit tap may have happened and nothing can tell
    DEVICE_LOST = "device_lost"  # the phone went away
    TIMEOUT = "timeout"  # a call or the attempt outlived its deadline
    STOPPED = "stopped"  # somebody stopped it
    MISSED = "missed"  # found later than its time plus late_grace
    EXPIRED = "expired"  # waited longer than allowed
    REJECTED = "rejected"  # the app took the tap and did not do it
    APP_MISSING = "app_missing"  # the app is not installed
    APP_CHANGED = "app_changed"  # a screen that nobody here knows
    NOT_LOGGED_IN = "not_logged_in"  # the app shows its login wall
    WRONG_ACCOUNT = "wrong_account"  # the app is logged in as somebody else
    USER_NOT_FOUND = "user_not_found"  # the target does not exist
    PRIVATE = "private"  # the target's account is private and the request could not be made
    BLOCKED_BY_APP = "blocked_by_app"  # the app says: too fast, try again later, banned
    NEEDS_HUMAN = "needs_human"  # captcha or verification; Drover never solves them
    MEDIA_INVALID = "media_invalid"  # the file is not what the app takes
    UPLOAD_FAILED = "upload_failed"  # the app gave up the upload
    SCRIPT_ERROR = "script_error"  # a fault in the script itself


class Effect(StrEnum):
    """What is known of the one thing that others can see."""

    NONE = "none"  # it cannot have happened
    INTENT = "intent"  # the commit tap was allowed, durably; it may have happened
    SENT = "sent"  # the commit tap was performed; not yet proven
    CONFIRMED = "confirmed"  # proof was seen and kept
    UNKNOWN = "unknown"  # the attempt ended between intent and proof


class Phase(StrEnum):
    """The part of a script that runs now."""

    PREPARE = "prepare"  # nothing visible to others may happen
    COMMIT = "commit"  # from asking for intent to the tap
    VERIFY = "verify"  # looking for proof


class Task(msgspec.Struct, frozen=True, kw_only=True, tag="task"):
    """One accepted task. Stamps are aware UTC; `progress` is a percentage; `evidence` holds artifact names."""

    id: int
    serial: str
    username: str | None = None
    script_name: str
    script_config: dict[str, Any]
    status: Status = Status.PENDING
    reason: Reason | None = None
    remark: str = ""
    source: str = "api"
    created_at: datetime
    scheduled_at: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    retry_count: int = 0
    max_retry_count: int = 3
    effect: Effect = Effect.NONE
    retry_safe: bool = True
    attempt: int = 0
    phase: Phase | None = None
    progress: int = 0
    step: str = ""
    evidence: list[str] = []
    group_id: str = ""
    priority: int = 0


class TaskStats(msgspec.Struct, frozen=True, kw_only=True, tag="task_stats"):
    """How many tasks stand where; kept as counters, so that asking costs nothing."""

    total: int = 0
    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
