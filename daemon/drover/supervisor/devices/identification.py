"""Asks each phone that appears who it is, before anything begins there, and says whose transport that is.

One that hangs or starts is asked again and again, and keeps no other phone waiting. Which phone it is, is decided by
policy.device_recognition.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from drover.policy import identity
from drover.policy.device_recognition import Known, Recognition, recognise, unsettled
from drover.policy.escalation import PERSON
from drover.policy.transports import USABLE, Transport
from drover.supervisor import clock
from drover.supervisor.devices.presence import Presence
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.tracker import ADB_ERRORS, AdbTracker, error_text
from drover.supervisor.devices.transports import Link, Transports
from drover.supervisor.jobs import Jobs
from drover.wire.devices import Device, DeviceState, Identity, TransportKind

log = structlog.get_logger("drover.devices")

ASK_S: Final = 15.0
QUICK_S: Final = 2.0
"""Phones that take longer do not count among those that are asked at once."""
AT_ONCE: Final = 32
CONFIRM_S: Final = 5.0
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0

STARTING: Final = "Android is starting (sys.boot_completed is not 1); the phone is used once it has"
_ODD: Final = "its shell gave no whole answer to the question which phone it is"


class Identification:
    """Asks the phones, and has the presence act on what is proven."""

    def __init__(
        self, transports: Transports, tracker: AdbTracker, registry: DeviceRegistry, presence: Presence, jobs: Jobs
    ) -> None:
        self._transports = transports
        self._tracker = tracker
        self._registry = registry
        self._presence = presence
        self._jobs = jobs
        self._logged: dict[str, str] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    def listed(self, listing: Sequence[Transport] | None) -> None:
        """A new listing; None when the adb server itself is gone."""
        self.begin(self._presence.listed(listing))

    def begin(self, links: list[Link]) -> None:
        """Identify the phones behind these links, each in its own time."""
        for link in links:
            self._jobs.background(self._identify(link))

    async def _identify(self, link: Link) -> None:
        pause_s = FIRST_PAUSE_S
        while self._transports.is_listed(link):
            answer = await self._answer(link)
            if not self._transports.is_listed(link):
                return
            if answer is not None and answer.booted and await self._decided(link, answer.identity):
                return
            if answer is not None and not answer.booted:
                self._trouble(link, STARTING, hangs=False)
                pause_s = FIRST_PAUSE_S  # it says itself when it is ready, and that is soon
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    # --- asking

    async def _answer(self, link: Link) -> identity.Answer | None:
        """What the phone says of itself; None, and words at the link, where it says nothing."""
        asking = asyncio.ensure_future(self._tracker.shell(link.transport, identity.QUESTION))
        try:
            async with self._slots:
                await asyncio.wait({asking}, timeout=QUICK_S)
            answer = identity.read(await asyncio.wait_for(asking, ASK_S - QUICK_S))
        except ADB_ERRORS as error:
            why = f"Drover asks which phone this is and gets no answer ({error_text(error)})"
            self._trouble(link, f"{why}; {PERSON[DeviceState.PREPARING]}", hangs=isinstance(error, TimeoutError))
            return None
        finally:
            asking.cancel()
        if answer is None:
            self._trouble(link, f"{_ODD}; {PERSON[DeviceState.PREPARING]}", hangs=True)
            return None
        link.asked_at = clock.monotonic_s()
        return answer

    def _trouble(self, link: Link, words: str, *, hangs: bool) -> None:
        if not self._transports.is_listed(link) or (link.trouble, link.hangs) == (words, hangs):
            return
        link.trouble, link.hangs = words, hangs
        self._say("phone_not_identified", link, words)
        self._presence.refresh()

    def _say(self, action: str, link: Link, words: str, **more: str) -> None:
        """In the log, once: a phone that comes and goes all the time would drown it."""
        name = link.transport.name
        known, self._logged[name] = self._logged.get(name), f"{action}: {words}"
        level = log.debug if known == self._logged[name] else log.info
        level(action, transport=name, kind=link.transport.kind.value, why=words, **more)

    # --- deciding

    async def _decided(self, link: Link, answer: Identity) -> bool:
        """Whether it is known now whose transport this is."""
        found = await self._recognised(link, answer)
        if found is None:
            return True  # adb lists it no more
        if found.device is None:
            self._trouble(link, found.why, hangs=False)
            return False
        for other in found.absorbed:
            await self._presence.absorb(found.device, other)
        if not self._transports.is_listed(link):
            return True
        link.identity = answer
        self._transports.prove(link, found.device, found.why)
        self._say("phone_identified", link, f"{found.device}, by {found.why}", device=found.device)
        self._presence.proven(link)
        return True

    async def _recognised(self, link: Link, answer: Identity) -> Recognition | None:
        """By answers of the present: what a live device answered before this transport appeared is asked for again."""
        while self._transports.is_listed(link):
            known = self._all_known()
            old = [
                other
                for name in unsettled(answer, known)
                for other in self._transports.proven()
                if other.device == name and other.asked_at < link.since
            ]
            if not old:
                return recognise(answer, link.transport, known, cables=self._cables())
            await asyncio.gather(*(self._confirm(other) for other in old))
        return None

    async def _confirm(self, link: Link) -> None:
        """Ask a proven phone again; one that does not answer, or otherwise, must be identified again itself."""
        try:
            async with asyncio.timeout(CONFIRM_S):
                answer = identity.read(await self._tracker.shell(link.transport, identity.QUESTION))
        except ADB_ERRORS:
            answer = None
        if answer is not None and _same(answer.identity, link.identity):
            link.identity, link.asked_at = answer.identity, clock.monotonic_s()
        else:
            self.again(link)

    def again(self, link: Link) -> None:
        """Take nothing for proven of this link any more, and ask again."""
        self.begin(self._transports.renew(link))
        self._presence.refresh()

    def mistaken(self, device: str) -> None:
        """A worker found another phone at its device's transport: adb changed one unsaid, so ask them all."""
        wrong = self._transports.in_use(device)
        if wrong is None:
            return
        log.warning("other_phone_found", device=device, transport=wrong.transport.name)
        self.again(wrong)
        for link in self._transports.proven():
            self._jobs.background(self._confirm(link))

    def _all_known(self) -> list[Known]:
        """Every device as it is remembered; of those that adb lists, what they answered now."""
        live: dict[str, list[Link]] = {}
        for link in self._transports.proven():
            live.setdefault(link.device, []).append(link)
        return [
            _known(device, live.get(device.serial, []))
            for device in self._registry.all()
            if self._registry.is_device(device.serial)
        ]

    def _cables(self) -> set[str]:
        listing = self._transports.listing()
        return {one.name for one in listing if one.kind is TransportKind.USB and one.state == USABLE and one.named}


def _same(answer: Identity, before: Identity) -> bool:
    return identity.same_as_before(answer, before).verdict is identity.Verdict.SAME


def _known(device: Device, links: list[Link]) -> Known:
    newest = max(links, key=lambda link: link.asked_at, default=None)
    remembered = device.identity
    if remembered == Identity():  # from a version that asked for no more than this
        remembered = Identity(serialno=device.facts.hardware_serial, model=device.facts.model)
    return Known(
        name=device.serial,
        identity=newest.identity if newest else remembered,
        live=newest is not None,
        usb=tuple(link.transport.usb for link in links if link.transport.usb),
    )
