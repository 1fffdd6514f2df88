"""The task as everybody sees it, and the fixed words for its state."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

import msgspec

from drover.wire.media import TaskMedia


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
    STOPPED = "stopped"  # someone stopped it
    MISSED = "missed"  # found later than its time plus late_grace
    EXPIRED = "expired"  # waited longer than allowed
    REJECTED = "rejected"  # the app took the tap and did not do it
    APP_MISSING = "app_missing"  # the app is not installed
    APP_CHANGED = "app_changed"  # a screen that no one here knows
    NOT_LOGGED_IN = "not_logged_in"  # the app shows its login wall
    WRONG_ACCOUNT = "wrong_account"  # the app is logged in as someone else
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
    """One accepted task. Stamps are aware UTC; `progress` is a percentage; `evidence` holds artifact names.

    `media` is what the newest attempt of a task that publishes took; None before one began.
    `hold` is a word of `wire.holds.HoldKind` while something keeps a pending task from beginning, else "".
    `account` is the handle of the account that it acts or acted as, "" while that is not known.
    """

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
    hold: str = ""
    media: TaskMedia | None = None
    account: str = ""


class TaskStats(msgspec.Struct, frozen=True, kw_only=True, tag="task_stats"):
    """How many tasks stand where; kept as counters, so that asking costs nothing."""

    total: int = 0
    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0


class CreateTasks(msgspec.Struct, frozen=True, kw_only=True, tag="create_tasks"):
    """Create tasks, all or none. `start_time` is "HH:MM" local; intervals are minutes.

    `idempotency_key` with `body_digest` (a hash of what was asked) makes a repeat answer as the first did.
    `platform` names the app. None: that of the account; of a name or phone with accounts of several, and without an
    account, TikTok.
    """

    script_name: str
    script_config: dict[str, Any] = {}
    serials: list[str] = []
    usernames: list[str] = []
    enable_multi_account: bool = False
    start_time: str | None = None
    min_interval: int = 0
    max_interval: int = 0
    priority: int = 0
    source: str = "api"
    idempotency_key: str | None = None
    body_digest: str = ""
    platform: str | None = None


class ListTasks(msgspec.Struct, frozen=True, kw_only=True, tag="list_tasks"):
    """One page, newest first; `page` counts from 1."""

    status: int | None = None
    serial: str | None = None
    script_name: str | None = None
    source: str | None = None
    page: int = 1
    page_size: int = 20


class GetTask(msgspec.Struct, frozen=True, kw_only=True, tag="get_task"):
    """One task by id."""

    task_id: int


class StopTask(msgspec.Struct, frozen=True, kw_only=True, tag="stop_task"):
    """Answered when the task has ended, at the latest after ten seconds."""

    task_id: int


class RetryTask(msgspec.Struct, frozen=True, kw_only=True, tag="retry_task"):
    """Put a failed task back to pending; `force` also where its outcome is unknown."""

    task_id: int
    force: bool = False


class RetryAll(msgspec.Struct, frozen=True, kw_only=True, tag="retry_all"):
    """Retry every failed task but those with an unknown outcome."""


class ReleaseTasks(msgspec.Struct, frozen=True, kw_only=True, tag="release_tasks"):
    """Let pending tasks begin that are held since a backup was restored: those named, or all.

    Tasks that can look begin by looking. `looking_only` leaves the others held, which would be done once more where
    they were done since the backup.
    """

    task_ids: list[int] = []
    all: bool = False
    looking_only: bool = False


class DeleteTasks(msgspec.Struct, frozen=True, kw_only=True, tag="delete_tasks"):
    """Delete tasks; running ones are stopped first. Ids that do not exist are reported."""

    task_ids: list[int]


class GetTaskStats(msgspec.Struct, frozen=True, kw_only=True, tag="get_task_stats"):
    """Ask for the counters."""


class ReadTaskLog(msgspec.Struct, frozen=True, kw_only=True, tag="read_task_log"):
    """Text of a task's log from a byte offset."""

    task_id: int
    offset: int = 0


class FindArtifact(msgspec.Struct, frozen=True, kw_only=True, tag="find_artifact"):
    """Where a task's artifact lies; `name` must be one of the task's evidence."""

    task_id: int
    name: str


class TasksCreated(msgspec.Struct, frozen=True, kw_only=True, tag="tasks_created"):
    """The ids, durable before this is sent."""

    task_ids: list[int]


class TaskPage(msgspec.Struct, frozen=True, kw_only=True, tag="task_page"):
    """One page of tasks; `total` counts all that match."""

    total: int
    page: int
    page_size: int
    tasks: list[Task]


class RetriedAll(msgspec.Struct, frozen=True, kw_only=True, tag="retried_all"):
    """How many went back to pending, and the ids left alone because their outcome is unknown."""

    retried_count: int
    skipped: list[int]


class TasksReleased(msgspec.Struct, frozen=True, kw_only=True, tag="tasks_released"):
    """How many may begin now, how many of those begin by looking, and the ids that were not held or do not exist."""

    released_count: int
    looking_count: int
    not_held: list[int] = []
    not_found: list[int] = []


class TasksDeleted(msgspec.Struct, frozen=True, kw_only=True, tag="tasks_deleted"):
    """How many are gone, and the ids that did not exist."""

    deleted_count: int
    not_found: list[int]


class LogChunk(msgspec.Struct, frozen=True, kw_only=True, tag="log_chunk"):
    """Log text and the offset at which to go on; `ended` once the task has ended and nothing more will come."""

    text: str
    next_offset: int
    ended: bool


class ArtifactFile(msgspec.Struct, frozen=True, kw_only=True, tag="artifact_file"):
    """An absolute path on the daemon's machine, never shown to a REST client."""

    path: str
    media_type: str
