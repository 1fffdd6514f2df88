"""Judges one post that was cut off, by the rules of delivery alone. Pure: what was seen in, violations in words out."""

from collections.abc import Iterator
from dataclasses import dataclass

from drover.wire.tasks import Effect, Reason, Status

MOST_TRIES = 3
POSSIBLE = (Effect.INTENT, Effect.SENT)
"""Recorded of an attempt that was allowed its tap and has no proof."""
SEEN_NOT_DONE = (Reason.REJECTED, Reason.UPLOAD_FAILED)
"""The app's own word, after the tap, that it did not publish."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A post after its end: what the store says of it, and what its phone says."""

    status: Status
    reason: Reason | None
    remark: str
    retry_safe: bool
    effects: tuple[Effect, ...]
    """What is recorded of each attempt, in their order; the first is the one that was cut off."""
    published: int
    published_at_cut: int
    """Published or under way when the cut was done."""
    files: tuple[str, ...] = ()
    """Of ours in the phone's gallery."""
    drafts: int = 0
    retried: bool = False
    """Whether the daemon would have begun it again when it was asked to."""

    @property
    def unknown(self) -> bool:
        return self.status is Status.FAILED and self.reason is Reason.OUTCOME_UNKNOWN

    def __str__(self) -> str:
        effects = ", ".join(self.effects)
        return f"{self.status.name.lower()} {self.reason or ''} (attempts: {effects}; {self.remark!r})"


def violations(seen: Outcome) -> Iterator[str]:
    """Every rule that it breaks."""
    if seen.published > 1:
        yield f"published {seen.published} times"
    if not seen.status.ended:
        yield "has not ended"
        return
    if seen.effects[0] is Effect.NONE and seen.published_at_cut:
        yield "the attempt that was cut off published, and no intent is recorded"
    if any(effect is not Effect.NONE for effect in seen.effects[:-1]):
        yield "began again although it may have been published"
    yield from _end(seen)
    yield from _left(seen)


def _end(seen: Outcome) -> Iterator[str]:
    """By the furthest that its last attempt recorded."""
    last = seen.effects[-1]
    if last is Effect.CONFIRMED and (seen.status, seen.published) != (Status.COMPLETED, 1):
        yield f"was proven and is {seen.status.name.lower()}, published {seen.published} times"
    if last is not Effect.CONFIRMED and seen.status is Status.COMPLETED:
        yield "is completed without proof"
    if last in POSSIBLE and not (seen.unknown or _seen_not_done(seen)):
        yield "may have been published and does not say so"
    if seen.unknown and (seen.retry_safe or seen.retried or last not in POSSIBLE):
        yield "is unknown and may begin again" if last in POSSIBLE else "is unknown and nothing was tapped"
    if last is Effect.NONE and len(seen.effects) < MOST_TRIES:
        yield f"was given up after {len(seen.effects)} of {MOST_TRIES} tries"
    if last is Effect.NONE and (seen.published or not seen.retry_safe):
        yield f"was not allowed to publish and is published {seen.published} times, retry_safe {seen.retry_safe}"


def _seen_not_done(seen: Outcome) -> bool:
    """The app itself reported it: not published, and a person may retry."""
    return seen.reason in SEEN_NOT_DONE and seen.retry_safe and seen.published == 0


def _left(seen: Outcome) -> Iterator[str]:
    """Files stay where an upload may still need them; drafts nowhere."""
    if seen.files and not seen.unknown:
        yield f"left {', '.join(seen.files)} in the phone's gallery"
    if seen.drafts:
        yield f"left {seen.drafts} drafts in the app"
