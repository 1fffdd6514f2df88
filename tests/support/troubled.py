"""Attempts that end in trouble, by the rules that a new configuration has."""

from drover.config import Config
from drover.policy.records import Complete, Fail
from drover.policy.trouble import Report
from drover.store import (
    Store,
    attempts,
    pauses,
)
from drover.supervisor.settings import Settings
from drover.wire.holds import Pause, Trouble
from drover.wire.tasks import Effect, Reason
from tests.support.stored import begin

SETTINGS = Settings(Config())
RULES, PACE = SETTINGS.rules, SETTINGS.pace


def met(store: Store, task_id: int, reason: Reason | None, trouble: Trouble | None = None) -> None:
    """One attempt of the pending task that ends like this."""
    decision = Complete() if reason is None else Fail(reason=reason, remark="", retry_safe=True, effect=Effect.NONE)
    store.write_sync(
        attempts.finish,
        begin(store, task_id).fence,
        decision,
        now=store.clock(),
        report=Report(reason=reason, trouble=trouble),
        rules=RULES,
    )


def active(store: Store) -> list[Pause]:
    """The pauses that hold now."""
    return [pause for _key, pause in store.read_sync(pauses.active, now=store.clock())]
