"""Strict JSON: whatever bytes come, the answer is an object or a refusal, and never another exception."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.wire.faults import Code, RequestError
from drover_shim.body import LARGEST_BYTES, memory_of, parse_object, read_body

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(
    allow_nan=False, allow_infinity=False, min_value=-(2.0**63), max_value=2.0**63
)
LEAVES = st.none() | st.booleans() | NUMBERS
VALUES = st.recursive(
    LEAVES | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


def parse(data: bytes, *, max_depth: int = 64, max_items: int = 1000) -> dict[str, Any]:
    return parse_object(data, max_depth=max_depth, max_items=max_items)


def object_or_code(data: bytes) -> object:
    """The type of what was read, or the code of the refusal."""
    try:
        return type(parse(data))
    except RequestError as error:
        return error.failure.code


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES))
def test_every_json_object_is_read_as_it_is(value: dict[str, Any]) -> None:
    assert parse(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_a_refusal(data: bytes) -> None:
    assert object_or_code(data) in (dict, Code.INVALID)


@given(st.text(alphabet='{}[]":,0123456789eE+-.ntrue falsl\\u', max_size=60))
def test_almost_json_is_an_object_or_a_refusal(text: str) -> None:
    assert object_or_code(text.encode()) in (dict, Code.INVALID)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES), st.booleans())
def test_case_b7_what_may_be_read_is_not_refused_by_its_estimate(value: dict[str, Any], ascii_only: bool) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only).encode()
    for max_items in range(1, 30):
        try:
            parse(data, max_items=max_items)
        except RequestError:
            continue
        assert 0 < memory_of(data, max_items=max_items) <= LARGEST_BYTES


def test_case_b7_too_many_values_are_refused_before_they_are_made() -> None:
    for data in (b"[" + b"1," * 2000 + b"1]", b"[" + b"[]" * 2000, b'{"a":"\\",' + b"1," * 2000):
        with pytest.raises(RequestError, match="holds more than 1000 values"):
            memory_of(data, max_items=1000)
    assert memory_of(json.dumps({"a": 'x",[{' * 2000}).encode(), max_items=10) < 100_000
    assert memory_of(b'"' + b"\\" * 2_000_001, max_items=10) > 0


def test_limits_are_exact() -> None:
    assert parse(b'{"a": [[1]]}', max_depth=3)
    with pytest.raises(RequestError, match="deeper than 2"):
        parse(b'{"a": [[1]]}', max_depth=2)
    assert parse(b'{"a": [1, 2]}', max_items=4)
    with pytest.raises(RequestError, match="more than 3"):
        parse(b'{"a": [1, 2]}', max_items=3)


def test_the_cap_is_exact() -> None:
    assert read_body(io.BytesIO(b"12345"), max_bytes=5) == b"12345"
    with pytest.raises(RequestError) as caught:
        read_body(io.BytesIO(b"123456"), max_bytes=5)
    assert caught.value.failure.code is Code.TOO_LARGE


@pytest.mark.parametrize("text", ["1e20", "-1e19", "18446744073709551616", "1.8446744073709552e19"])
def test_a_whole_number_fits_64_bits_however_it_is_written(text: str) -> None:
    assert object_or_code(f'{{"a": {text}}}'.encode()) is Code.INVALID
    assert parse(b'{"a": 1e18, "b": 1e-300, "c": 18446744073709551615}')["b"] == 1e-300
