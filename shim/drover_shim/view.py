"""How a struct of the wire looks in REST answers: what is shown of it, under which name, and as which type.

One declaration serves both sides: `of` makes the data of an answer, `kind` is the type that the API's description is
generated from. A view shows what it names and nothing else. Pure.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Annotated, Any, Final, Generic, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

S = TypeVar("S")
Convert = Callable[[Any, ZoneInfo], Any]

Stamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")]
StampOrNone = Stamp | None
_MOMENTS: Final = (datetime, datetime | None)


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """ "YYYY-MM-DD HH:MM:SS" in the zone, or None."""
    return None if moment is None else moment.astimezone(zone).isoformat(" ", "seconds")[:19]


@dataclass(frozen=True, kw_only=True)
class As:
    """What differs in a field: its type or its view (None: as on the wire), how its value is made from the wire's, and
    what the description says of it."""

    kind: Any = None
    by: Callable[[Any], Any] | None = None
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class _Field:
    name: str
    path: str  # of the attribute of the struct, with dots between its steps
    wire: Any
    given: As


class View(Generic[S]):
    """The view of one type of struct."""

    def __init__(self, name: str, source: type[S], about: str, shown: str, **differences: Any) -> None:
        """`shown` lists the fields in order: `name`, `name=attribute`, `attribute.name` for one of a struct within, or
        `attribute.*` for all that the view of that struct shows.

        `differences` are by name a type, a View or an As. Moments are shown as local text. Raises TypeError for a name
        that is not there, and for a struct within that has no view.
        """
        self.name, self.source, self.about = name, source, about
        given = {name: one if isinstance(one, As) else As(kind=one) for name, one in differences.items()}
        self._fields = [field for word in shown.split() for field in _fields(source, word, given)]
        places = {word.removesuffix(".*") for word in shown.split()} | {field.name for field in self._fields}
        if unknown := given.keys() - places:
            raise TypeError(f"{name} does not show {', '.join(sorted(unknown))}")
        self._names = [field.name for field in self._fields]
        read = attrgetter(*(field.path for field in self._fields))
        self._read: Callable[[S], Any] = read if len(self._fields) > 1 else lambda value: (read(value),)
        self._made = [(field.name, field.given.by) for field in self._fields if field.given.by is not None]
        within = [(field.name, _converter(field)) for field in self._fields if field.given.by is None]
        self._moments = [name for name, convert in within if convert is local]
        self._converted = [(name, convert) for name, convert in within if convert not in (None, local)]
        self.timed = any(_is_timed(field) for field in self._fields)
        """Whether it shows local times, so that `of` needs to know the zone."""

    def of(self, value: S, zone: ZoneInfo) -> dict[str, Any]:
        """The data of an answer, its fields in order."""
        shown = dict(zip(self._names, self._read(value), strict=True))
        for name, make in self._made:
            shown[name] = make(shown[name])
        for name in self._moments:
            if shown[name] is not None:
                shown[name] = local(shown[name], zone)
        for name, convert in self._converted:
            shown[name] = convert(shown[name], zone)
        return shown

    @cached_property
    def kind(self) -> type[msgspec.Struct]:
        """The type of that data."""
        fields = [(field.name, _kind(field)) for field in self._fields]
        return msgspec.defstruct(
            self.name, fields, namespace={"__doc__": self.about}, kw_only=True, forbid_unknown_fields=True
        )


@dataclass(frozen=True)
class ListOf(Generic[S]):
    """The view of a list, each item by itself."""

    item: View[S]

    @property
    def timed(self) -> bool:
        return self.item.timed

    def of(self, values: list[S], zone: ZoneInfo) -> list[dict[str, Any]]:
        return [self.item.of(value, zone) for value in values]

    @cached_property
    def kind(self) -> Any:
        kind: Any = self.item.kind
        return list[kind]


def _fields(source: type, word: str, given: Mapping[str, As]) -> Iterator[_Field]:
    name, _, path = word.partition("=")
    if name.endswith(".*"):
        prefix = name.removesuffix(".*")
        for field in given[prefix].kind._fields:
            yield replace(field, path=f"{prefix}.{field.path}")
        return
    path, name = path or name, name.rpartition(".")[2]
    wire: Any = source
    for step in path.split("."):
        wire = _attributes(wire)[step]
    field = _Field(name=name, path=path, wire=wire, given=given.get(name, As()))
    if field.given.by is None and not isinstance(field.given.kind, View) and _struct_in(wire):
        raise TypeError(f"{source.__name__}.{path} is a struct: say by which view it is shown")
    yield field


@cache
def _attributes(struct: type) -> dict[str, Any]:
    """The types of a struct's fields and properties by name."""
    properties = {name: value for name, value in vars(struct).items() if isinstance(value, property)}
    read = {name: get_type_hints(value.fget)["return"] for name, value in properties.items()}
    return {**get_type_hints(struct, include_extras=True), **read}


def _struct_in(wire: Any) -> bool:
    return any(isinstance(one, type) and issubclass(one, msgspec.Struct) for one in (wire, *get_args(wire)))


def _is_timed(field: _Field) -> bool:
    view = field.given.kind
    return view.timed if isinstance(view, View) else _converter(field) is local


def _converter(field: _Field) -> Convert | None:
    """What makes the shown value in a zone; None where it is the wire's."""
    view = field.given.kind
    if isinstance(view, View):
        return _viewed(view, field.wire)
    return local if field.wire in _MOMENTS else None


def _viewed(view: View[Any], wire: Any) -> Convert:
    if get_origin(wire) is list:
        return ListOf(view).of
    return lambda value, zone: None if value is None else view.of(value, zone)


def _kind(field: _Field) -> Any:
    """The type of the shown value."""
    kind = field.given.kind
    if kind is None:
        kind = StampOrNone if field.wire in _MOMENTS else field.wire
    elif isinstance(kind, View):
        kind = _like(field.wire, kind.kind)
    return Annotated[kind, Meta(description=field.given.about)] if field.given.about else kind


def _like(wire: Any, kind: Any) -> Any:
    """The type in a list, or with None, where the wire has a list or an optional value."""
    if get_origin(wire) is list:
        return list[kind]
    return kind | None if type(None) in get_args(wire) else kind
