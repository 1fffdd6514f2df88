"""A Context for the tests of scripts: keeps what was said, and holds to the rules of delivery that a worker holds to.

Ships with Drover, so that other people's scripts can be tested without a daemon. A test of ours compares both.
"""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from drover.phone.hierarchy import Hierarchy
from drover.scripts.context import ScriptFailed
from drover.wire.media import MediaFile
from drover.wire.tasks import Effect, Phase, Reason


class Rehearsal:
    """Implements Context. `phone` is whatever the script needs of one; nothing is waited for."""

    def __init__(
        self,
        phone: Any,
        *,
        package: str = "com.zhiliaoapp.musically",
        platform: str = "tiktok",
        username: str | None = None,
        reconcile: bool = False,
        effect: str = "",
    ) -> None:
        self.phone = phone
        self.package = package
        self.platform = platform
        self.username = username
        self.reconcile = reconcile
        self.task_id = 1
        self.media: Sequence[MediaFile] = ()
        self.remark = ""
        self.effect = Effect.NONE
        self.steps: list[str] = []
        self.phases: list[Phase] = []
        self.committed: list[str] = []
        self.kept: list[str] = []
        self.accounts: list[str] = []
        self._allowed = bool(effect)

    def step(self, text: str, progress: int) -> None:
        self.steps.append(text)

    def enter(self, phase: Phase) -> None:
        self.phases.append(phase)

    def commit(self, what: str, tap: Callable[[], None]) -> None:
        if self.effect is not Effect.NONE:
            raise RuntimeError("a script commits once")
        if not self._allowed:
            raise RuntimeError("a script that says it has no effect commits nothing")
        self.effect = Effect.INTENT
        tap()
        self.effect = Effect.SENT
        self.committed.append(what)

    def confirm(self, proof: Hierarchy) -> None:
        self.keep("proof", proof)
        self.effect = Effect.CONFIRMED

    def saw_account(self, username: str) -> None:
        self.accounts.append(username)

    def open_media(self, file: MediaFile) -> BinaryIO:
        raise ScriptFailed(Reason.MEDIA_INVALID, f"{file.path}: a rehearsal has no files.")

    def keep(self, name: str, seen: Hierarchy | None = None) -> None:
        self.kept.append(name)
