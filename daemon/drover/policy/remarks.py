"""The remark of a task that did not simply complete, where Drover itself knows why: what happened, what to do.

One sentence each, for REST, command line and log alike. What a script saw it says itself. Where an attempt is tried
again by itself, nothing is to be done; `complete` adds the advice once the task has failed.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from drover.wire.tasks import Reason

STOPPED: Final = "Stopped on request; retry it when it is wanted again."
STOPPED_UNBEGUN: Final = "Stopped on request before it began; retry it when it is wanted again."
STOPPED_WAITING: Final = "Stopped on request while it waited for its next attempt; retry it when it is wanted again."
SHUT_DOWN: Final = "The daemon was shut down while the task ran."
DAEMON_DIED: Final = "The daemon ended while the task ran."
WORKER_GONE: Final = "The worker was gone when the task was to begin."

RESTORED_LOOKS: Final = "A backup was restored since: it may have been done meanwhile, so a retry looks first."
RESTORED_BLIND: Final = (
    "A backup was restored since: it may have been retried and done meanwhile; look at the phone before retrying."
)
RESTORED_PERHAPS: Final = "The database that was replaced says that it may have been done."
RESTORED_STREAM: Final = (
    "a backup was restored: what happened since it was made is not told; "
    "read what you follow again, then go on from here"
)


def restored_done(at: datetime) -> str:
    """What a held task says that the replaced database knows to be completed; `at` is when it ended there."""
    return f"The database that was replaced says that it was completed at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC."


def worker_ended(serial: str, status: int) -> str:
    """`status` is an exit code, or minus the signal that ended it."""
    return f"The worker of {serial} ended ({ended_by(status)}) while the task ran."


def ended_by(status: int) -> str:
    """An exit status in words."""
    return f"signal {-status}" if status < 0 else f"status {status}"


def refused(serial: str, why: str) -> str:
    return f"The worker of {serial} refused the attempt ({why})."


def missed(late: timedelta) -> str:
    minutes = late.total_seconds() / 60
    return (
        f"Missed: no daemon ran at its start time, and the next one found it {minutes:.0f} min late; create it again."
    )


def device_lost(serial: str, grace_s: float) -> str:
    return (
        f"The phone {serial} went away and did not come back within {grace_s:.0f} s; check its cable or Wi-Fi and "
        "its power."
    )


def outlived(serial: str, timeout_s: float) -> str:
    return (
        f"The attempt on {serial} outlived its {timeout_s:.0f} s and was ended; look at the phone, or give attempts "
        "more time (attempt_timeout_s)."
    )


ADVICE: Final[dict[Reason, str]] = {
    Reason.INTERRUPTED: "retry the task",
    Reason.OUTCOME_UNKNOWN: "look at the phone before retrying",
    Reason.DEVICE_LOST: "check the phone's cable or Wi-Fi, then retry",
    Reason.TIMEOUT: "look at the phone and at the task's evidence, then retry",
    Reason.STOPPED: "retry it when it is wanted again",
    Reason.MISSED: "create it again",
    Reason.EXPIRED: "create it again",
    Reason.REJECTED: "wait some hours, then retry",
    Reason.APP_MISSING: "install the app and log in, then retry",
    Reason.APP_CHANGED: "look at the kept screenshot, clear the screen on the phone, then retry",
    Reason.NOT_LOGGED_IN: "log in on the phone, then retry",
    Reason.WRONG_ACCOUNT: "log in as the right account on the phone, then retry",
    Reason.USER_NOT_FOUND: "check the name",
    Reason.PRIVATE: "ask its owner, or leave this account out",
    Reason.BLOCKED_BY_APP: "pause this account for some days",
    Reason.NEEDS_HUMAN: "answer the app on the phone by hand, then retry",
    Reason.MEDIA_INVALID: "give another file",
    Reason.UPLOAD_FAILED: "check the phone's network, then retry",
    Reason.SCRIPT_ERROR: "report it with the task's log",
}
"""What a person can do about each reason; `complete` puts it behind remarks that do not say."""


def complete(reason: Reason, remark: str) -> str:
    """The remark of a failed task as one sentence that says what happened and what to do next."""
    text = remark.strip().rstrip(".") or f"The task ended as {reason.value}"
    return f"{text}." if _ADVISES.search(text) else f"{text}; {ADVICE[reason]}."


_ADVISES: Final = re.compile(
    r"[;,] (?:so |and )?(?:allow|answer|ask|check|choose|clear|close|correct|create|finish|give|install|leave|log|look"
    r"|nothing runs|open|pause|reboot|report|retry|solve|stop|unlock|update|wait)\b"
)
"""How remarks of ours go on after what happened."""
