"""What a person's request to pause must look like. Pure; refusals name the field."""

import re
from datetime import datetime, tzinfo
from typing import Final

from drover.policy.accounts import note_fault
from drover.wire.faults import Code, RequestError

_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")


def reason_of(text: str) -> str:
    """The reason, without spaces around it; raises RequestError INVALID for one that is no line of text."""
    if why := note_fault(text.strip()):
        raise RequestError(Code.INVALID, f"reason: {why}")
    return text.strip()


def until_of(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The moment that is meant, None for "": until it is resumed. Raises RequestError INVALID.

    ISO 8601 with an offset, or without one local time, as "YYYY-MM-DD HH:MM:SS".
    """
    text = text.strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        # A date alone would mean its first moment, which no one who writes it means.
        if found.tzinfo is None and not _LOCAL.fullmatch(text):
            raise ValueError
        moment = found.replace(tzinfo=zone) if found.tzinfo is None else found
        past = moment <= now
    except (ValueError, OverflowError):
        raise RequestError(
            Code.INVALID,
            f'until: expected ISO 8601 or "YYYY-MM-DD HH:MM:SS" local time, got {text[:60]!r}',
        ) from None
    if past:
        raise RequestError(Code.INVALID, f"until: {text} is past; expected a moment to come")
    return moment
