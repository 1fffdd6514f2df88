"""What a script is given and what it may say. Types only; the worker's runner implements Context."""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol

from drover.phone.hierarchy import Hierarchy
from drover.phone.phone import Phone
from drover.wire.holds import Trouble
from drover.wire.media import MediaFile
from drover.wire.tasks import Phase, Reason


class ScriptFailed(Exception):
    """The task cannot be completed; `remark` is one sentence: what happened, and what to do next.

    `trouble` is what the app showed against the account; without it the reason alone decides whether it is paused.
    Raised before the commit tap the effect is none; raised after it the runner decides by what is recorded.
    """

    def __init__(self, reason: Reason, remark: str, *, trouble: Trouble | None = None) -> None:
        super().__init__(remark)
        self.reason = reason
        self.trouble = trouble
        self.remark = remark


class StopRequestedError(Exception):
    """Someone stopped the task; raised by Context at the next step, never between intent and tap."""


class Context(Protocol):
    """One attempt, as its script sees it. Every method may raise StopRequestedError while nothing was committed."""

    phone: Phone
    package: str
    platform: str
    username: str | None
    reconcile: bool
    task_id: int
    """The same for every attempt of a task: a seed for choices that a retry must not change."""
    media: Sequence[MediaFile]
    """The files to publish, in their order."""
    remark: str
    """What a completed task says next to "completed", such as that a follow was only requested; usually empty."""

    def step(self, text: str, progress: int) -> None:
        """Say what happens now, in words for people, with the percentage done; goes to log and subscribers."""
        ...

    def enter(self, phase: Phase) -> None:
        """A new phase begins."""
        ...

    def commit(self, what: str, tap: Callable[[], None]) -> None:
        """Record intent durably, then perform `tap` exactly once, then record that it was sent.

        Raises without tapping if intent cannot be recorded. If `tap` raises TapUncertainError it is taken as sent.
        """
        ...

    def confirm(self, proof: Hierarchy) -> None:
        """The wanted state is proven by this hierarchy: keep it with a screenshot, and record the effect."""
        ...

    def saw_account(self, username: str) -> None:
        """Say whose profile the app shows as its own, before anything is done as that account.

        Raises ScriptFailed `wrong_account` where the attempt must not go on as that account.
        """
        ...

    def open_media(self, file: MediaFile) -> BinaryIO:
        """The file, checked again (place, kind, size) through the handle that is returned; the caller closes it.

        Raises ScriptFailed `media_invalid`.
        """
        ...

    def keep(self, name: str, seen: Hierarchy | None = None) -> None:
        """Keep hierarchy and screenshot of the present screen as evidence under this short name."""
        ...


class Script(Protocol):
    """A script: `prepare` looks and gets there, `commit` performs the one tap, `verify` finds proof.

    `prepare` returns False if the wanted state stands already: then the task is completed without a tap.
    `effect` names what others can see; `reconciles` says that a repeated attempt finds out by looking whether an
    earlier one had its effect, so that it may follow one with an unknown outcome.
    """

    effect: str
    reconciles: bool

    def prepare(self, ctx: Context) -> bool: ...

    def commit(self, ctx: Context) -> None: ...

    def verify(self, ctx: Context) -> None: ...


ScriptFactory = Callable[[dict[str, Any]], Script]
"""Makes the script from a task's stored `script_config`."""
