"""One example of each message, made from its type: every field is set, to something else than its default.

A value follows from the name of its field, so a field that took another's name or place shows in the golden file.
Run as `python -m tests.support.wire_examples` it prints that file; changing it is changing the protocol.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zlib import crc32

from msgspec import NODEFAULT, inspect

from drover.wire import control, events, worker, zygote
from drover.wire.codec import Codec

BEGINS: Final = datetime(2026, 11, 24, 12, 30, 15, 250000, tzinfo=UTC)

PLAUSIBLE: Final = {
    "csv": "username,serial\r\nme,R58M123ABC\r\n",
    "path": "/srv/drover/path",
    "platform": "instagram",
    "script_name": "follow",
    "until": "2026-11-25 07:00:00",
}
"""Texts for fields of which most others are refused at first sight, so that fuzzed requests come further than that."""


def example(kind: Any) -> Any:
    """An instance of this message type."""
    return _value(inspect.type_info(kind), "")


def examples(union: Any) -> list[Any]:
    """An instance of each type of the union."""
    info = inspect.type_info(union)
    assert isinstance(info, inspect.UnionType)
    return [_value(kind, "") for kind in info.types]


def _value(kind: inspect.Type, name: str, *unlike: Any) -> Any:
    """What stands in a field of this name; `unlike` are its defaults."""
    number = crc32(name.encode()) % 997 + 2
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            return cls(**{field.name: _value(field.type, field.name, *_defaults(field)) for field in fields})
        case inspect.UnionType(types=types):
            return _value(next(one for one in types if not _stands_for(one, unlike)), name, *unlike)
        case inspect.EnumType(cls=enum):
            return _chosen(list(enum), number, unlike)
        case inspect.LiteralType(values=values):
            return _chosen(values, number, unlike)
        case inspect.ListType(item_type=item):
            return [_value(item, name)]
        case inspect.TupleType(item_types=items):
            return tuple(_value(item, f"{name}{place}") for place, item in enumerate(items))
        case inspect.DictType(key_type=key, value_type=value):
            return {_value(key, name): _value(value, name)}
        case inspect.BoolType():
            return True not in unlike
        case inspect.IntType():
            return number
        case inspect.FloatType():
            return number + 0.5
        case inspect.DateTimeType():
            return BEGINS + timedelta(minutes=number)
        case inspect.BytesType():
            return name.encode()
        case inspect.StrType() | inspect.AnyType():
            return PLAUSIBLE.get(name, name)
        case _:
            raise TypeError(f"no example for {kind}, the type of {name}")


def _defaults(field: inspect.Field) -> list[Any]:
    return [] if field.default is NODEFAULT else [field.default]


def _stands_for(kind: inspect.Type, values: tuple[Any, ...]) -> bool:
    """Whether the type has no other value than None or these."""
    return isinstance(kind, inspect.NoneType) or (
        isinstance(kind, inspect.LiteralType) and set(kind.values) <= set(values)
    )


def _chosen(members: Iterable[Any], number: int, unlike: tuple[Any, ...]) -> Any:
    left = [member for member in members if member not in unlike]
    return left[number % len(left)]


REQUESTS: Final[list[control.RequestBody]] = examples(control.RequestBody)
EVENTS: Final[list[events.EventBody]] = examples(events.EventBody)
RESPONSES: Final[list[control.ResponseBody]] = [
    body for body in examples(control.ResponseBody) if not isinstance(body, events.Event)
] + [events.Event(id=index, at=BEGINS, body=body) for index, body in enumerate(EVENTS, 1)]

EXAMPLES: dict[str, tuple[Codec[Any], list[Any]]] = {
    "request": (control.REQUESTS, [control.Request(id=5, body=body) for body in REQUESTS]),
    "called": (
        control.REQUESTS,
        [control.Request(id=6, body=example(control.StopTask), caller=example(control.Caller))],
    ),
    "heard": (control.REQUESTS, [control.Request(id=6, body=control.RetryAll(), progress=True)]),
    "response": (control.RESPONSES, [control.Response(id=5, body=body) for body in RESPONSES]),
    "to_worker": (worker.TO_WORKER, examples(worker.ToWorker)),
    "from_worker": (worker.FROM_WORKER, examples(worker.FromWorker)),
    "to_zygote": (zygote.TO_ZYGOTE, [example(zygote.Fork)]),
    "from_zygote": (zygote.FROM_ZYGOTE, examples(zygote.FromZygote)),
}


def innermost(message: Any) -> Any:
    """The message proper: inside the request or response, and inside the event."""
    while isinstance(message, control.Request | control.Response | events.Event):
        message = message.body
    return message


def tag_of(message: Any) -> str:
    """The tag of the message proper."""
    return str(type(innermost(message)).__struct_config__.tag)


def golden_lines() -> list[str]:
    """Name and hexadecimal bytes of each example."""
    return [
        f"{conversation}.{tag_of(message)} {codec.encode(message).hex(' ', 4)}"
        for conversation, (codec, messages) in EXAMPLES.items()
        for message in messages
    ]


if __name__ == "__main__":
    print("\n".join(golden_lines()))
