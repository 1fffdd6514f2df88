"""s25 and the promise of issue 2: malformed bytes only ever raise MalformedMessageError."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.wire import control, worker
from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES, Codec, MalformedMessageError
from tests.support.wire_examples import EXAMPLES

CODECS = {name: codec for name, (codec, _messages) in EXAMPLES.items()}
ENCODED = {name: [codec.encode(message) for message in messages] for name, (codec, messages) in EXAMPLES.items()}
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 9), inner), max_leaves=12
)


def decode_or_malformed(codec: Codec[Any], data: bytes) -> None:
    """Decodes to something that encodes again, or raises the one error; anything else fails the test."""
    try:
        message = codec.decode(data)
    except MalformedMessageError:
        return
    codec.encode(message)


NAMES = st.sampled_from(sorted(CODECS))


@given(NAMES, st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_fuzz_random_bytes(name: str, data: bytes) -> None:
    decode_or_malformed(CODECS[name], data)


@given(NAMES, VALUES)
@settings(max_examples=300, deadline=None)
def test_fuzz_any_msgpack_value(name: str, value: Any) -> None:
    decode_or_malformed(CODECS[name], msgspec.msgpack.encode(value))


@given(NAMES, st.data())
@settings(max_examples=500, deadline=None)
def test_fuzz_damaged_messages(name: str, data: st.DataObject) -> None:
    message = bytearray(data.draw(st.sampled_from(ENCODED[name])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(message) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert"])):
            case "flip":
                message[at] = data.draw(st.integers(0, 255))
            case "cut":
                del message[at : at + data.draw(st.integers(1, 50))]
            case _:
                message[at:at] = data.draw(st.binary(max_size=8))
        if not message:
            break
    decode_or_malformed(CODECS[name], bytes(message))


@given(NAMES, st.data())
@settings(max_examples=300, deadline=None)
def test_fuzz_fields_of_wrong_types(name: str, data: st.DataObject) -> None:
    raw = msgspec.msgpack.decode(data.draw(st.sampled_from(ENCODED[name])))
    target = raw["body"] if "body" in raw and data.draw(st.booleans()) else raw
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(VALUES)
    decode_or_malformed(CODECS[name], msgspec.msgpack.encode(raw))


@pytest.mark.parametrize("name", CODECS)
def test_every_cut_of_every_message_is_malformed(name: str) -> None:
    for encoded in ENCODED[name]:
        for length in range(len(encoded)):
            with pytest.raises(MalformedMessageError):
                CODECS[name].decode(encoded[:length])


@pytest.mark.parametrize("name", CODECS)
def test_nesting_deeper_than_the_stack_is_malformed(name: str) -> None:
    for opening in (b"\x91", b"\x81\xa1x"):
        with pytest.raises(MalformedMessageError):
            CODECS[name].decode(opening * 100_000 + b"\xc0")


def test_nesting_inside_a_free_field_is_malformed() -> None:
    begin = b"\x82\xa4type\xa5begin\xadscript_config\x81\xa1x" + b"\x91" * 100_000 + b"\xc0"
    with pytest.raises(MalformedMessageError):
        worker.TO_WORKER.decode(begin)


def test_text_that_is_not_utf8_is_malformed() -> None:
    hello = control.REQUESTS.encode(control.Request(id=1, body=control.Hello(version=1, client="ab")))
    with pytest.raises(MalformedMessageError, match="utf-8"):
        control.REQUESTS.decode(hello.replace(b"ab", b"\xff\xfe"))


def test_s24_over_the_cap_is_refused_unread_and_unsent() -> None:
    with pytest.raises(MalformedMessageError, match="over the cap of 1048576"):
        worker.FROM_WORKER.decode(b"\xc1" * (MAX_WORKER_MESSAGE_BYTES + 1))
    big = worker.PhoneTrouble(why="x" * MAX_WORKER_MESSAGE_BYTES)
    with pytest.raises(MalformedMessageError, match="over the cap"):
        worker.FROM_WORKER.encode(big)


def test_a_length_that_lies_is_malformed_at_once() -> None:
    for lie in (b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"):
        with pytest.raises(MalformedMessageError):
            control.REQUESTS.decode(b"\x82\xa2id\x01\xa4body" + lie)
