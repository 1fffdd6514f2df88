"""What a simulated phone can look like before a post, what can become of the post, and who is right about it.

A history is what happened on the phone before: posts that were published, that failed and left a bar or a row, that
wait, that became drafts. Its judge is the phone's own count of what was published.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from drover.policy.records import AttemptEnd, Complete, Fail
from drover.policy.retry import decide
from drover.wire.tasks import Effect, Reason
from phonesim.posts import Post, PostedFile
from tests.support.media_files import image_files, video_file
from tests.support.script_phone import DisplayPhone, RecordingContext, run, simulate_time

WORDS: Final = ("same words #tag", "other words", "")

UPLOADS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "published": (),
    "failed": ({"name": "upload_failure"},),
    "lost": ({"name": "upload_lost"},),
    "waits": ({"name": "upload_waits"},),
    "slow": ({"name": "upload_slow", "seconds": 25},),
    "slowly_failed": ({"name": "upload_slow", "seconds": 25}, {"name": "upload_failure"}),
    "recovers": ({"name": "upload_recovers", "seconds": 3},),
}
"""What becomes of an upload, by the faults that are set when it begins."""
AFFAIRS: Final = ("draft", "deleted", "ended", "ended_uploading", "scrolled", "network", "dismissed", "retried")
"""What else happens on a phone between posts."""
OUTCOMES: Final = (*UPLOADS, "stuck", "ignored", "confirm", "ended", "cut")
"""What becomes of the post that is judged."""
FAULTS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    **UPLOADS,
    "stuck": ({"name": "upload_stuck"},),
    "ignored": ({"name": "post_ignored"},),
    "confirm": ({"name": "publish_confirm"},),
}
LOOKS: Final = ("vague_ages", "uploads_shown_late", "many_posts", "share_lands_on")
"""How this phone's apps show things; faults that stay for the whole history."""


@dataclass(frozen=True)
class Event:
    """Something before: one of UPLOADS with words of WORDS by this or another account, or one of AFFAIRS."""

    kind: str
    words: str = ""
    placement: str = "feed"
    other_account: bool = False
    then_s: int = 5


@dataclass(frozen=True)
class Attempt:
    """A post that is judged: where it is made, how, and what becomes of it."""

    outcome: str
    words: str = WORDS[0]
    way: str = "share"
    placement: str = ""
    pictures: bool = False
    at_touch: int = 1
    """For `cut` and `ended`: this many touches after the commit tap."""


class KilledError(BaseException):
    """The worker is gone."""


class Story:
    """One phone with one app, and everything that happens on it in turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, app: str, looks: Sequence[str]) -> None:
        self.phone = DisplayPhone("en", platform=app)
        simulate_time(monkeypatch, self.phone.clock)
        self.app, self._folder, self._made = app, folder, 0
        for name in looks:
            self.phone.fault(name)

    @property
    def _world(self) -> Any:
        return self.phone.display.world(self.app)

    # --- before ---

    def live(self, event: Event) -> None:
        """Let it happen, and some time pass."""
        if event.kind in UPLOADS:
            self._under(UPLOADS[event.kind], lambda: self._world.send(self._post(event)))
            if event.kind == "waits":
                self.phone.fault("upload_waits")
        else:
            getattr(self, f"_{event.kind}")(event)
        self.pass_s(event.then_s)

    def pass_s(self, seconds: float) -> None:
        """Time passes while the app looks after its uploads."""
        for _ in range(4):
            self.phone.clock.pass_s(seconds / 4)
            self.phone.display.state()

    def _under(self, faults: Sequence[dict[str, Any]], act: Callable[[], Any]) -> None:
        for fault in faults:
            self.phone.display.inject(fault["name"], fault)
        act()
        for fault in faults:
            self.phone.fault(fault["name"], clear=True)

    def _post(self, event: Event) -> Post:
        self._made += 1
        file = PostedFile(name=f"earlier{self._made}.mp4", sha256=f"{self._made:064}", kind="video")
        accounts = [name for name in self._world.accounts if (name != self._world.active) == event.other_account]
        return Post(
            account=accounts[0],
            kind="video",
            files=(file,),
            caption=event.words,
            placement=event.placement if event.placement != "feed" or self.app == "tiktok" else "reel",
            at=self.phone.clock(),
        )

    def _draft(self, event: Event) -> None:
        self._world.keep_draft(self._post(event))
        self.phone.display.key(0)

    def _deleted(self, event: Event) -> None:
        mine = self._world.posts_of(self._world.active)
        if mine:
            self._world.delete(mine[0])
        self.phone.display.key(0)

    def _ended(self, event: Event) -> None:
        self.phone.display.force_stop(self.phone.app_package)

    def _ended_uploading(self, event: Event) -> None:
        self._under(({"name": "uploads_survive"},), lambda: self._ended(event))

    def _scrolled(self, event: Event) -> None:
        self.phone.launch(self.phone.app_package)
        for _ in range(2):
            self.phone.display.swipe(500, 1500, 500, 600)

    def _network(self, event: Event) -> None:
        self.phone.fault("upload_waits", clear=True)

    def _dismissed(self, event: Event) -> None:
        self._touch_a_failed_one("Close", "row_pending_media_discard_button")

    def _retried(self, event: Event) -> None:
        self._touch_a_failed_one("Retry", "row_pending_media_reshare_button")

    def _touch_a_failed_one(self, words: str, row_button: str) -> None:
        """A person touches what a failed upload offers on the home feed."""
        self.phone.launch(self.phone.app_package)
        self.pass_s(4)
        found = (node for node in self.phone.screen().nodes if node.clickable)
        offered = next((node for node in found if node.label == words or node.id == row_button), None)
        if offered is not None:
            self.phone.display.tap(*offered.bounds.center)

    # --- the post ---

    def attempt(self, attempt: Attempt, task_id: int) -> "Verdict":
        """Run it as the worker does, and what it concludes."""
        ctx = self.phone.context(
            media=image_files(self._folder, 1) if attempt.pictures else [video_file(self._folder)],
            task_id=task_id,
        )
        faults = FAULTS.get(attempt.outcome, ())
        for fault in faults:
            self.phone.display.inject(fault["name"], fault)
        config: dict[str, Any] = {
            "captions": "" if (self.app, attempt.placement) == ("instagram", "story") else attempt.words,
            "post_way": attempt.way,
            "content_type": int(attempt.pictures),
            "upload_wait_time": 30,
        }
        if self.app == "instagram" and attempt.placement:
            config["placement"] = attempt.placement
        reason, remark, died = self._run(ctx, config, attempt)
        for fault in faults:
            self.phone.fault(fault["name"], clear=True)
        return Verdict.of(ctx, reason, remark, died=died)

    def _run(self, ctx: RecordingContext, config: dict[str, Any], attempt: Attempt) -> tuple[Reason | None, str, bool]:
        undo = self._interfere(ctx, attempt)
        try:
            result = run("post", ctx, config)
        except KilledError:
            return Reason.INTERRUPTED, "", True
        finally:
            undo()
        return result.reason, result.remark, False

    def _interfere(self, ctx: RecordingContext, attempt: Attempt) -> Callable[[], None]:
        """Kill the worker, or end the app, that many touches after the commit tap."""
        if attempt.outcome not in ("cut", "ended"):
            return lambda: None
        touch, count = self.phone.touch, [0]
        plain = {name: getattr(touch, name) for name in ("tap", "key", "swipe", "hierarchy")}

        def wrapped(act: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **options: Any) -> Any:
                result = act(*args, **options)
                if ctx.commits:
                    count[0] += 1
                    if count[0] == attempt.at_touch:
                        self._cut(attempt)
                return result

            return call

        for name, act in plain.items():
            setattr(touch, name, wrapped(act))

        def undo() -> None:
            for name, act in plain.items():
                setattr(touch, name, act)

        return undo

    def _cut(self, attempt: Attempt) -> None:
        if attempt.outcome == "cut":
            raise KilledError
        self.phone.display.force_stop(self.phone.app_package)

    # --- the truth ---

    def published(self, task_id: int) -> int:
        """How often this task's file was published, once everything that can still happen has happened."""
        self.phone.fault("upload_waits", clear=True)
        self.pass_s(400)
        mine = (row for row in self.phone.state["effects"] if row["target"].startswith(f"drover-{task_id}-"))
        return sum(row["count"] for row in mine)


@dataclass(frozen=True)
class Verdict:
    """What the product says of an attempt: completed, or failed with this effect."""

    completed: bool
    effect: Effect
    reason: Reason | None
    remark: str
    tapped: bool

    @classmethod
    def of(cls, ctx: RecordingContext, reason: Reason | None, remark: str, *, died: bool) -> "Verdict":
        """By the rules for the end of an attempt (policy/retry.py)."""
        end = AttemptEnd(
            effect=ctx.effect, reconciles=False, tries=9, max_tries=3, reason=reason, remark=remark, own_word=False
        )
        decision = decide(end, Random(1))
        completed = isinstance(decision, Complete)
        effect = decision.effect if isinstance(decision, Fail) else ctx.effect
        return cls(completed=completed, effect=effect, reason=reason, remark=remark, tapped=bool(ctx.commits))

    def wrong(self, published: int) -> str:
        """What contradicts the phone's own count; empty where nothing does."""
        if published > 1:
            return f"published {published} times"
        if self.completed and not published:
            return "is completed, and was never published"
        if not self.completed and self.effect is Effect.NONE and published:
            return f"says that nothing was published ({self.reason}: {self.remark}), and it was"
        return ""
