"""What people may write about a phone."""

import pytest

from drover.policy.devices import description_faults
from drover.wire.devices import MAX_TAGS


@pytest.mark.parametrize(
    ("note", "tags", "field"),
    [
        ("shelf 3", ["left", "ünï 🎉"], None),
        (None, None, None),
        ("", [], None),
        (None, [f"t{i}" for i in range(MAX_TAGS)], None),
        ("two\nlines", None, "note"),
        ("x" * 501, None, "note"),
        (None, ["good", ""], "tags[1]"),
        (None, ["a,b"], "tags[0]"),
        (None, [" padded"], "tags[0]"),
        (None, ["x" * 41], "tags[0]"),
        (None, ["bell\x07"], "tags[0]"),
        (None, ["twice", "twice"], "tags"),
        (None, [f"t{i}" for i in range(MAX_TAGS + 1)], "tags"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(note: str | None, tags: list[str] | None, field: str | None) -> None:
    assert list(description_faults(note, tags)) == ([] if field is None else [field])
