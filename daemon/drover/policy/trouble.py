"""What trouble pauses an account, for how long, and when a phone's failures pause the phone. Also the words for it.

Tables and pure functions; what is paused, and how often it was, is the store's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from drover.wire.holds import FAILURES, PERSON, Pause, PauseSubject, Trouble
from drover.wire.tasks import Reason

GROWS_WITHIN: Final = timedelta(days=7)
"""A pause for a time is twice as long as the one before if that began at most so long ago."""

LONGEST: Final = timedelta(days=7)
"""A pause grows up to this; one that is configured longer stays as it is."""

TROUBLE_OF: Final[dict[Reason, Trouble]] = {
    Reason.NEEDS_HUMAN: Trouble.VERIFICATION,
    Reason.BLOCKED_BY_APP: Trouble.TOO_FAST,
    Reason.NOT_LOGGED_IN: Trouble.LOGGED_OUT,
}
"""What is meant where a script gives a reason and does not say what it saw."""

OF_THE_PHONE: Final[dict[Reason, bool]] = {
    Reason.DEVICE_LOST: True,
    Reason.TIMEOUT: True,
    Reason.APP_MISSING: True,
    Reason.APP_CHANGED: True,
    Reason.NOT_LOGGED_IN: True,  # of one account after another: the phone, or its address, is what the app is against
    Reason.BLOCKED_BY_APP: True,
    Reason.NEEDS_HUMAN: True,
    Reason.UPLOAD_FAILED: True,
    Reason.OUTCOME_UNKNOWN: True,
    Reason.INTERRUPTED: False,  # a process of ours ended; restarts and quarantine are for that
    Reason.STOPPED: False,  # a person's wish
    Reason.MISSED: False,
    Reason.EXPIRED: False,
    Reason.REJECTED: False,  # of the request or its target
    Reason.WRONG_ACCOUNT: False,  # of the registry: others on the phone can go on
    Reason.USER_NOT_FOUND: False,
    Reason.PRIVATE: False,
    Reason.MEDIA_INVALID: False,
    Reason.SCRIPT_ERROR: False,  # of the script, wherever it runs
}
"""Whether failures for this reason count for the phone. One that does not neither adds to a row nor ends it."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`pauses`: how long each trouble pauses its account, None until it is resumed, missing for not at all.
    `failures_in_a_row`: so many failures of one kind pause the phone; 0 for never."""

    pauses: Mapping[Trouble, timedelta | None] = field(default_factory=dict[Trouble, timedelta | None])
    failures_in_a_row: int = 0


@dataclass(frozen=True, kw_only=True)
class Report:
    """How an attempt ended as its reporter saw it, before it is decided what that means.

    `reason` is None for success; `trouble` is what the app showed against the account. `not_ready`: the phone as a
    whole stood in the way, which says nothing of an account and is no failure of a row.
    """

    reason: Reason | None = None
    trouble: Trouble | None = None
    not_ready: bool = False

    @property
    def against_account(self) -> Trouble | None:
        """The trouble of the account, also where only the reason says it."""
        if self.not_ready:
            return None
        return self.trouble or (TROUBLE_OF.get(self.reason) if self.reason else None)


@dataclass(frozen=True, kw_only=True)
class Term:
    """How long a pause lasts: `until` None until it is resumed; `times` and `counted_at` make the next one longer."""

    until: datetime | None
    times: int = 0
    counted_at: datetime | None = None


def term(found: Trouble, rules: Rules, before: Term | None, now: datetime) -> Term | None:
    """For how long this trouble pauses its account now; `before` is its last pause, None for none ever.

    None where the rules do not pause for it. A pause for a time doubles each time within a week, whether or not the
    one before was ended by a person. One that still lasts longer is kept.
    """
    if found not in rules.pauses:
        return None
    base = rules.pauses[found]
    before = before or Term(until=now)
    if base is None:
        return Term(until=None, times=before.times, counted_at=before.counted_at)
    recent = before.counted_at is not None and now - before.counted_at <= GROWS_WITHIN
    times = before.times + 1 if recent else 1
    until = now + min(base * 2.0 ** (times - 1), max(base, LONGEST))
    return Term(until=until, times=times, counted_at=now)


@dataclass(frozen=True, kw_only=True)
class Row:
    """Failures of one kind that a phone had one after another."""

    reason: Reason
    count: int


def row_after(row: Row | None, reason: Reason | None) -> Row | None:
    """The phone's row after a task there ended: with `reason` None it was completed, which ends every row."""
    if reason is None:
        return None
    if not OF_THE_PHONE[reason]:
        return row
    return Row(reason=reason, count=row.count + 1 if row is not None and row.reason is reason else 1)


# --- words --------------------------------------------------------------------------------------------------------

FOUND: Final[dict[Trouble, str]] = {
    Trouble.CAPTCHA: "met a captcha",
    Trouble.VERIFICATION: "has to verify who it is",
    Trouble.TOO_FAST: "was told by the app that it is too fast",
    Trouble.SUSPENDED: "is suspended or banned by the app",
    Trouble.LOGGED_OUT: "is logged out",
}
FIX: Final[dict[Trouble, str]] = {
    Trouble.CAPTCHA: "answer it on phone {serial} by hand",
    Trouble.VERIFICATION: "finish it on phone {serial} by hand",
    Trouble.TOO_FAST: "leave it alone for some hours",
    Trouble.SUSPENDED: "look at the account on phone {serial}",
    Trouble.LOGGED_OUT: "log in on phone {serial}",
}


def who(pause: Pause) -> str:
    """What is paused, in words."""
    if pause.subject is PauseSubject.DEVICE:
        return f"phone {pause.serial}"
    if pause.username:
        return f"@{pause.username} on {pause.platform}"
    return f"the {pause.platform} account on phone {pause.serial}"


def found(pause: Pause) -> str:
    """Why it is paused, to follow `who` in a sentence."""
    if pause.by == PERSON:
        return f"is paused{f' ({pause.words})' if pause.words else ''}"
    if pause.reason == FAILURES:
        return f"is paused: {pause.words}"
    return FOUND[Trouble(pause.reason)] + (f" (task {pause.task_id})" if pause.task_id else "")


def fix(pause: Pause) -> str:
    """What a person can do about it, before it is resumed; "" where nothing is to be done."""
    if pause.by == PERSON:
        return ""
    if pause.reason == FAILURES:
        return f"look at phone {pause.serial} and at the evidence of task {pause.task_id}"
    return FIX[Trouble(pause.reason)].format(serial=pause.serial)


def needs_person(pause: Pause) -> bool:
    """Whether nothing but a person ends it, who has something to do first."""
    return pause.until is None and pause.by != PERSON


def release(pause: Pause) -> str:
    """The command that resumes it."""
    if pause.subject is PauseSubject.DEVICE or not pause.username:
        return f"droverctl device resume {pause.serial}"
    return f"droverctl account resume {pause.username}"


def in_a_row(row: Row) -> str:
    """Why a phone is paused after these failures."""
    return f"{row.count} tasks in a row failed there with {row.reason.value}, whatever their account"
