"""Judges the tasks of a long history by what their phones counted. Pure: what was seen in, violations in words out."""

from collections.abc import Iterator
from dataclasses import dataclass

from drover.wire.tasks import Effect, Reason, Status


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One acknowledged task: what it was to do, where, and as whom ("" where the task names no account)."""

    task_id: int
    kind: str
    """`post`, `follow` or `unfollow`."""
    app: str
    serial: str
    target: str = ""
    account: str = ""

    def __str__(self) -> str:
        named = f" as @{self.account}" if self.account else ""
        return f"task {self.task_id}, {self.kind} {self.target}{named} on {self.app} of {self.serial}"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the phone counted for it, and who did it there; for a post also what still uploads."""

    count: int = 0
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """The task as the store has it at the end of the history, or had it when it was deleted."""

    status: Status
    effect: Effect
    reason: Reason | None = None
    retry_safe: bool = True
    remark: str = ""
    uncertain: bool = False
    """A backup that was older than the task's end was restored, and the task did not begin again since."""

    def __str__(self) -> str:
        return f"{self.status.name.lower()} {self.reason or ''} effect {self.effect} ({self.remark!r})"


def violations(wanted: Wanted, row: Row | None, seen: Seen) -> Iterator[str]:
    """Every rule that it breaks. `row` is None for a task that a restore took back to before its creation."""
    if seen.count > 1:
        yield f"{wanted}: was done {seen.count} times, as {', '.join(seen.accounts)}"
    if strangers := {name for name in seen.accounts if wanted.account and name != wanted.account}:
        yield f"{wanted}: was done as {', '.join(sorted(strangers))}"
    if row is None or row.uncertain:
        return
    if not row.status.ended:
        yield f"{wanted}: has not ended, {row}"
    if row.status is Status.COMPLETED and seen.count == 0:
        yield f"{wanted}: is completed and was not done, {row}"
    if row.status is Status.FAILED and row.effect is Effect.NONE and seen.count:
        yield f"{wanted}: says that it was not done and was, {row}"
    if row.status is Status.FAILED and row.effect is not Effect.NONE and row.retry_safe and wanted.kind == "post":
        yield f"{wanted}: may have been published and may be retried, {row}"
