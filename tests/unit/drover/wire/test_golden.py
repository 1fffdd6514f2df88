"""The bytes of every message, fixed: an old peer must be able to read what a new one sends, or the version must rise.

golden.txt holds a line a message: conversation, tag, and the bytes in groups of four.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import drover.wire
from drover.wire import control, events
from drover.wire.codec import Codec
from tests.support.wire_examples import EXAMPLES, innermost, tag_of

GOLDEN = Path(__file__).with_name("golden.txt")


def golden() -> dict[str, bytes]:
    """Bytes by name."""
    lines = (line.split(" ", 1) for line in GOLDEN.read_text().splitlines())
    return {name: bytes.fromhex(text) for name, text in lines}


CASES = [
    pytest.param(codec, message, id=f"{conversation}.{tag_of(message)}")
    for conversation, (codec, messages) in EXAMPLES.items()
    for message in messages
]


@pytest.mark.parametrize(("codec", "message"), CASES)
def test_bytes_are_what_they_were(codec: Codec[Any], message: Any, request: pytest.FixtureRequest) -> None:
    stored = golden()[request.node.callspec.id]
    assert codec.decode(stored) == message
    assert codec.encode(message).hex(" ", 4) == stored.hex(" ", 4)


def test_the_golden_file_holds_these_and_no_others() -> None:
    assert list(golden()) == [str(case.id) for case in CASES]


def wire_structs() -> Iterator[type[msgspec.Struct]]:
    """Every message type that the package defines."""
    for module_info in pkgutil.iter_modules(drover.wire.__path__):
        module = importlib.import_module(f"drover.wire.{module_info.name}")
        for item in vars(module).values():
            if isinstance(item, type) and issubclass(item, msgspec.Struct) and item.__module__ == module.__name__:
                yield item


def test_every_message_type_has_a_golden_line() -> None:
    shown = {type(innermost(message)) for _codec, messages in EXAMPLES.values() for message in messages}
    tagged = {struct for struct in wire_structs() if struct.__struct_config__.tag is not None}
    assert tagged - shown == {events.Event}  # shown around each of its bodies
    assert shown - tagged == set()


def test_every_conversation_is_shown_with_every_member_of_its_union() -> None:
    for codec, messages in EXAMPLES.values():
        kinds = {type(message) for message in messages}
        decoded = {type(codec.decode(codec.encode(message))) for message in messages}
        assert decoded == kinds
    codecs = {
        id(item)
        for module_info in pkgutil.iter_modules(drover.wire.__path__)
        for item in vars(importlib.import_module(f"drover.wire.{module_info.name}")).values()
        if isinstance(item, Codec)
    }
    assert codecs == {id(codec) for codec, _messages in EXAMPLES.values()}


@pytest.mark.parametrize(("_codec", "message"), CASES)
def test_examples_leave_no_field_at_its_default(_codec: Codec[Any], message: Any) -> None:
    for struct in structs_in(innermost(message)):
        for field in msgspec.structs.fields(struct):
            value = getattr(struct, field.name)
            assert value != field.default, field.name
            if field.default_factory is not msgspec.NODEFAULT:
                assert value != field.default_factory(), field.name


def structs_in(value: Any) -> Iterator[msgspec.Struct]:
    """It, and those that stand in its fields."""
    if isinstance(value, msgspec.Struct):
        yield value
        value = list(msgspec.structs.asdict(value).values())
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        yield from structs_in(inner)


@pytest.mark.parametrize(("codec", "message"), CASES)
def test_a_newer_peers_extra_fields_are_ignored(codec: Codec[Any], message: Any) -> None:
    raw = msgspec.msgpack.decode(codec.encode(message))
    raw["field_of_tomorrow"] = {"x": [1]}
    assert codec.decode(msgspec.msgpack.encode(raw)) == message


def test_requests_and_responses_are_told_apart() -> None:
    with pytest.raises(ValueError, match="Invalid value 'done'"):
        control.REQUESTS.decode(control.RESPONSES.encode(control.Response(id=1, body=control.Done())))
