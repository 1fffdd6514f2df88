"""A view shows what it names and nothing else, as data and as a type, both made from one declaration."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from drover_shim.view import As, ListOf, View

ZONE = ZoneInfo("Europe/Paris")
AT = datetime(2026, 7, 1, 10, 0, 0, 999_999, tzinfo=UTC)


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    secret: str = "/path"
    at: datetime | None = None


class Outer(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    inner: Inner
    maybe: Inner | None = None
    several: list[Inner] = []

    @property
    def count(self) -> int:
        return len(self.several)


INNER = View("InnerView", Inner, "Within.", "name at")
OUTER = View(
    "OuterView",
    Outer,
    "All.",
    "number=id inner.name inner maybe several count named=several",
    inner=INNER,
    maybe=As(kind=INNER, about="or none"),
    several=INNER,
    named=As(kind=str, by=lambda several: "+".join(one.name for one in several)),
)
FLAT = View("FlatView", Outer, "Flat.", "inner.* id", inner=INNER, id=str)


def test_data_has_the_fields_in_order_renamed_nested_and_in_local_time() -> None:
    value = Outer(id=7, inner=Inner(name="a", at=AT), several=[Inner(name="b"), Inner(name="c")])
    stamp = "2026-07-01 12:00:00"
    expected = {
        "number": 7,
        "name": "a",
        "inner": {"name": "a", "at": stamp},
        "maybe": None,
        "several": [{"name": "b", "at": None}, {"name": "c", "at": None}],
        "count": 2,
        "named": "b+c",
    }
    assert list(OUTER.of(value, ZONE).items()) == list(expected.items())
    assert FLAT.of(value, ZONE) == {"name": "a", "at": stamp, "id": 7}
    assert ListOf(INNER).of([value.inner], ZONE) == [{"name": "a", "at": stamp}]
    assert msgspec.convert(expected, OUTER.kind)


def test_the_type_is_described_field_by_field() -> None:
    _, schemas = msgspec.json.schema_components([OUTER.kind, ListOf(INNER).kind])
    fields = schemas["OuterView"]["properties"]
    assert fields["number"] == fields["count"] == {"type": "integer"}
    assert (fields["maybe"]["description"], fields["named"]["type"]) == ("or none", "string")
    assert set(schemas["InnerView"]["properties"]) == {"name", "at"}
    assert schemas["OuterView"]["required"] == list(fields)
    assert schemas["OuterView"]["additionalProperties"] is False


def test_only_views_with_moments_need_a_zone() -> None:
    assert (INNER.timed, OUTER.timed, FLAT.timed, ListOf(INNER).timed) == (True, True, True, True)
    assert not View("NameView", Inner, "", "name").timed


@pytest.mark.parametrize(
    ("shown", "error"),
    [("nothing", KeyError), ("inner", TypeError), ("several", TypeError), ("id", TypeError)],
    ids=["no such field", "a struct without a view", "structs without a view", "a difference of no field"],
)
def test_a_declaration_that_cannot_be_right_is_refused(shown: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        View("BadView", Outer, "", shown, **({"else_": int} if shown == "id" else {}))
