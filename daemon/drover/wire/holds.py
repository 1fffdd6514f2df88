"""What keeps a pending task from beginning: the fixed words, and a pause as everybody sees it."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Trouble(StrEnum):
    """What an app has against an account, as its screen shows it. Which screen is which is data of the app."""

    CAPTCHA = "captcha"  # a puzzle that only a person may solve
    VERIFICATION = "verification"  # the app wants to know who this is: a code, an ID, a photo
    TOO_FAST = "too_fast"  # blocked for a time: too fast, try again later
    SUSPENDED = "suspended"  # suspended or banned, until the app lifts it
    LOGGED_OUT = "logged_out"  # the app shows its login wall


class HoldKind(StrEnum):
    """Why a pending task is held; `Task.hold` has one of these words."""

    PACE = "pace"  # the pause between two tasks of its account
    LIMIT = "limit"  # its account reached the limit of the day
    PAUSED = "paused"  # a person paused its account
    TROUBLE = "trouble"  # its account is in trouble
    DISABLED = "disabled"  # its account is disabled
    DEVICE_PAUSED = "device_paused"  # its phone is paused
    RESTORED = "restored"  # a backup was restored, and it waits for a release


class PauseSubject(StrEnum):
    """What is paused."""

    ACCOUNT = "account"
    DEVICE = "device"


DROVER = "drover"
PERSON = "person"
"""Who paused: Drover itself because of trouble, or a person."""

FAILURES = "failures"
"""The reason of a phone that Drover paused: several failures of one kind in a row."""


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """A pause that holds tasks. `until` None: until it is resumed.

    Of an account: its `platform`, its `username` ("" where no one knows its name: then it is whoever the app on that
    phone acts as), and in `serial` the phone where the trouble was seen. `reason` is a Trouble, `failures`, or
    `person`; `by` is `drover` or `person`; `times` counts, for pauses that grow, how often within a week.
    """

    subject: PauseSubject
    platform: str = ""
    username: str = ""
    serial: str = ""
    reason: str
    words: str = ""
    since: datetime
    until: datetime | None = None
    by: str
    task_id: int | None = None
    times: int = 0
