"""What people may write about a phone: a note and tags. Pure."""

from collections.abc import Sequence

from drover.policy.accounts import note_fault
from drover.wire.devices import MAX_TAGS, TAG


def description_faults(note: str | None, tags: Sequence[str] | None) -> dict[str, str]:
    """What is wrong with them, by field; None is a field that stays as it is."""
    found: dict[str, str] = {}
    if note is not None and (why := note_fault(note)):
        found["note"] = why
    wrong = [index for index, tag in enumerate(tags or ()) if not TAG.fullmatch(tag) or tag != tag.strip()]
    if wrong:
        found[f"tags[{wrong[0]}]"] = "expected 1-40 characters without commas, spaces around it or control characters"
    elif tags is not None and len(set(tags)) != len(tags):
        found["tags"] = "expected each tag once"
    elif len(tags or ()) > MAX_TAGS:
        found["tags"] = f"expected at most {MAX_TAGS} tags, got {len(tags or ())}"
    return found
