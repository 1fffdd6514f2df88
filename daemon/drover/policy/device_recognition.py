"""Which device a phone is that answered at a transport: one that is known, or a new one, and then its name. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from drover.policy import identity
from drover.policy.identity import Verdict
from drover.policy.transports import Transport
from drover.wire.devices import Identity, TransportKind

SUFFIXES: Final = range(2, 1000)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A device as it is remembered. `live`: adb lists it now and its identity is fresh. `usb`: paths of its cables."""

    name: str
    identity: Identity
    live: bool = False
    usb: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """`device` is whose transport it is, None where that is in doubt. `absorbed` are devices that turned out to be the
    same phone. `why` says what it rests on."""

    device: str | None
    why: str
    absorbed: tuple[str, ...] = ()


def unsettled(answer: Identity, known: Sequence[Known]) -> list[str]:
    """The live devices that must be asked again before `recognise` may decide: they could be this phone."""
    return [
        one.name
        for one in known
        if one.live and identity.same_as_before(answer, one.identity).verdict in (Verdict.SAME, Verdict.DOUBT)
    ]


def recognise(
    answer: Identity, transport: Transport, known: Sequence[Known], *, cables: Collection[str] = ()
) -> Recognition:
    """Whose transport this is. `cables` are the names of USB transports that adb lists."""
    live = [one for one in known if one.live and not _two_cables(one, transport)]
    now = [(one, identity.same_now(answer, one.identity)) for one in live]
    matches = [(one, found) for one, found in now if found.verdict is Verdict.SAME]
    if len(matches) == 1:
        one, found = matches[0]
        return Recognition(device=one.name, why=found.why, absorbed=_absorbed(one, answer, transport, known))
    doubtful = [one.name for one, found in now if found.verdict in (Verdict.SAME, Verdict.DOUBT)]
    if doubtful:
        return _doubt(doubtful, "the same numbers, and nothing that only one phone can say")
    return _remembered(answer, transport, known, cables)


def _two_cables(one: Known, transport: Transport) -> bool:
    """No phone hangs on two cables, whatever its maker wrote into it."""
    return bool(transport.usb) and any(path != transport.usb for path in one.usb)


def _remembered(answer: Identity, transport: Transport, known: Sequence[Known], cables: Collection[str]) -> Recognition:
    away = [(one, identity.same_as_before(answer, one.identity)) for one in known if not one.live]
    same = [one for one, found in away if found.verdict is Verdict.SAME]
    why = next((found.why for _one, found in away if found.verdict is Verdict.SAME), "")
    if len(same) > 1:
        same = _narrowed(same, answer, transport)
    if len(same) == 1:
        return Recognition(device=same[0].name, why=why, absorbed=_absorbed(same[0], answer, transport, known))
    if same:
        if identity.same_hardware(one.identity for one in same):
            kept, *others = sorted(one.name for one in same)
            return Recognition(device=kept, why="the same network address", absorbed=tuple(others))
        return _doubt([one.name for one in same], "all of them answered alike before")
    if doubts := {one.name: found.why for one, found in away if found.verdict is Verdict.DOUBT}:
        return _doubt(list(doubts), next(iter(doubts.values())))
    return _newcomer(answer, transport, known, cables)


def _narrowed(same: list[Known], answer: Identity, transport: Transport) -> list[Known]:
    """Of several that match: the one of this very start; else, of those never asked so much before, the one whose name
    is this transport's."""
    of_this_boot = [one for one in same if identity.same_boot(one.identity, answer)]
    if len(of_this_boot) == 1:
        return of_this_boot
    proven = [one for one in same if one.identity.android_id]
    if len(proven) == 1:
        return proven
    by_name = [one for one in same if one.name == transport.name]
    return by_name if by_name and not proven else same


def _absorbed(one: Known, answer: Identity, transport: Transport, known: Sequence[Known]) -> tuple[str, ...]:
    """A device with this transport's name that was never asked who it is, and that nothing tells apart, is this one."""
    return tuple(
        other.name
        for other in known
        if other.name == transport.name != one.name
        and not other.live
        and not other.identity.android_id
        and identity.same_as_before(answer, other.identity).verdict in (Verdict.SAME, Verdict.SILENT)
    )


def _doubt(names: Sequence[str], why: str) -> Recognition:
    others = " and ".join(names)
    return Recognition(
        device=None,
        why=f"it may be {others} ({why}), and Drover merges no phones on doubt; give each its own Android id or "
        f"serial number, or remove {'one of them' if len(names) > 1 else 'that one'} (droverctl device forget)",
    )


def _newcomer(answer: Identity, transport: Transport, known: Sequence[Known], cables: Collection[str]) -> Recognition:
    """A phone that matches none: a row that waits under its name without ever having been asked is its own."""
    taken = {one.name: one for one in known}
    for name in _names(answer, transport, cables):
        holder = taken.get(name)
        if holder is None:
            return Recognition(device=name, why="seen for the first time")
        silent = identity.same_as_before(answer, holder.identity).verdict is Verdict.SILENT
        if name == transport.name and not holder.live and silent and not holder.identity.android_id:
            return Recognition(device=name, why="the only phone that was ever seen under this name")
    raise ValueError(f"no free name for the phone at {transport.name}")


def _names(answer: Identity, transport: Transport, cables: Collection[str]) -> list[str]:
    """Names for it, the best first."""
    number = answer.serialno if identity.is_number(answer.serialno) else ""
    base = transport.name if transport.named else number or "phone"
    names = [base]
    if number and (transport.kind is TransportKind.WIRELESS or number in cables):
        names.insert(0, number)
    if number:
        names.append(number)
    return [*dict.fromkeys(names), *(f"{number or base}-{suffix}" for suffix in SUFFIXES)]
