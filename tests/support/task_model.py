"""What tasks do, in the fewest words: the reference that the store and the retry policy are compared with.

It also plays the world: a tap that is allowed may or may not land, and `landed` counts what others can see.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drover.policy.records import Complete, Decision, Fail, Requeue
from drover.wire.tasks import Effect, Reason, Status


@dataclass
class ModelTask:
    """One task; `doubt` is that an attempt before the present one may have had its effect."""

    serial: str
    reconciles: bool
    priority: int
    due: datetime
    status: Status = Status.PENDING
    reason: Reason | None = None
    retry_safe: bool = True
    retries: int = 0
    attempts: int = 0
    fence: int | None = None
    effect: Effect = Effect.NONE
    doubt: bool = False
    landed: int = 0


@dataclass
class Model:
    """All tasks by id and every fence that has ended."""

    tasks: dict[int, ModelTask] = field(default_factory=dict[int, ModelTask])
    old_fences: list[int] = field(default_factory=list[int])
    last_id: int = 0

    def head(self, serial: str, now: datetime) -> int | None:
        """The id that a device gets next."""
        eligible = [
            (-task.priority, task_id)
            for task_id, task in self.tasks.items()
            if task.serial == serial and task.status is Status.PENDING and task.due <= now
        ]
        return min(eligible)[1] if eligible else None

    def begin(self, task_id: int, fence: int) -> None:
        task = self.tasks[task_id]
        task.status, task.fence, task.effect = Status.RUNNING, fence, Effect.NONE
        task.attempts += 1

    def finish(self, task_id: int, decision: Decision, now: datetime) -> None:
        task = self.tasks[task_id]
        assert task.fence is not None
        self.old_fences.append(task.fence)
        task.fence, possible = None, task.doubt or task.effect is not Effect.NONE
        match decision:
            case Complete():
                task.status, task.doubt = Status.COMPLETED, False
            case Fail():
                task.status, task.reason, task.retry_safe = Status.FAILED, decision.reason, decision.retry_safe
                task.doubt = possible and decision.effect is Effect.UNKNOWN
            case Requeue():
                task.status, task.due, task.doubt = Status.PENDING, now + timedelta(seconds=decision.delay_s), possible

    def stop(self, task_id: int) -> None:
        task = self.tasks[task_id]
        task.status, task.reason = Status.FAILED, Reason.STOPPED

    def retry(self, task_id: int, now: datetime) -> None:
        task = self.tasks[task_id]
        task.doubt = task.doubt and task.retry_safe  # by force a person says that it was not done
        task.status, task.reason, task.retry_safe, task.due = Status.PENDING, None, True, now
        task.retries += 1
