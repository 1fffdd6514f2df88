"""A script that does nothing, in workers that touch no phone; put before a daemon as a package of its own.

Everything else is as always: zygote, worker process, channel, runner, task folder and log, and with `marks` the durable
intent, sent and confirmed of a task with an effect. Only what an attempt asks of its phone is taken out: the look
whether it is awake and its engine answers, who is logged in, and the proof.
"""

from typing import Any, cast

import msgspec

from drover.phone.hierarchy import Hierarchy
from drover.phone.phone import Phone
from drover.scripts.context import Context
from drover.worker import script_phases
from drover.worker.attempt import AttemptContext
from tests.bench import steps


def _nothing(*_args: Any, **_named: Any) -> None:
    """In place of what would ask the phone."""


for owner, name in (
    (Phone, "wake"),
    (Phone, "ready"),
    (AttemptContext, "keep"),
    (script_phases, "_recognise"),
):
    getattr(owner, name)  # a name that is gone must not pass for a change
    setattr(owner, name, _nothing)


class Script:
    """Does nothing."""

    effect = "nothing"
    reconciles = False
    retry_safe = True

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        target_user: str
        marks: bool = True

    def __init__(self, config: Config) -> None:
        self._config = config

    def run(self, ctx: Context) -> None:
        steps.say(self._config.target_user)
        if self._config.marks:
            ctx.commit("nothing", lambda: None)
            ctx.confirm(cast(Hierarchy, None))  # kept by `keep`, which does nothing here
