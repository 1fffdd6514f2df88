"""How a worker reaches its phone: opens it, looks whether it is ready, and tells the supervisor what it finds.

Runs in the phone's thread. Keeps no phone: who serves it opens and closes it.
"""

from collections.abc import Callable
from typing import Final

import structlog

from drover import apps
from drover.phone.adb import OtherPhoneError
from drover.phone.engine import AppMissingError, Cure, PhoneError, PhoneNotReadyError, PhoneStartingError
from drover.phone.phone import Phone
from drover.wire.worker import Begin, EngineCured, FromWorker, OtherPhone, PhoneReady, PhoneTrouble, ReadAccounts
from drover.wire.zygote import WorkerSpec
from drover.worker.installed_apps import InstalledApps
from drover.worker.proof import proof_of
from drover.worker.readiness import Readiness

log = structlog.get_logger("drover.worker")

STARTING_S: Final = 1.0
"""How soon a phone that starts is asked again: it says when it is ready."""

PACKAGES: Final = tuple(package for platform in apps.PLATFORMS for package in apps.load(platform).packages)
"""Read when the zygote imports this, so that every worker shares the apps' data."""


class PhoneConnection:
    """Of one phone. `readiness` says when to look at it again, `apps` what is installed on it."""

    def __init__(self, spec: WorkerSpec, send: Callable[[FromWorker], None]) -> None:
        self.serial = spec.serial
        self.readiness = Readiness()
        self.apps = InstalledApps()
        self._spec = spec
        self._send = send

    def open(self) -> Phone:
        """The phone, proven to be the right one; raises PhoneError, and OSError where this machine is to blame."""
        spec = self._spec
        return Phone.open(
            spec.transport or spec.serial,
            adb_host=spec.adb_host,
            adb_port=spec.adb_port,
            engine=spec.engine,
            on_cure=self._cured,
            doubt_input=self.readiness.doubts_input,
            proof=proof_of(spec),
        )

    def open_ready(self) -> Phone:
        """The phone, open and reported as ready; raises as `open`, and then leaves nothing open."""
        phone = self.open()
        try:
            self._ready(phone)
        except BaseException:
            phone.close()
            raise
        return phone

    def on_not_opened(self, error: PhoneError, pause_s: float) -> float:
        """Tell of it; how long to wait before the next try, which is `pause_s` unless the error says better."""
        if isinstance(error, PhoneNotReadyError):
            return self.missed(error)
        if isinstance(error, OtherPhoneError):
            self._send(OtherPhone(why=str(error)))
        self._send(PhoneTrouble(why=str(error)))
        return STARTING_S if isinstance(error, PhoneStartingError) else pause_s

    def missed(self, error: PhoneNotReadyError) -> float:
        """Tell that the phone waits for a person; how long to wait before the next look."""
        self._send(self.readiness.missed(error))
        return self.readiness.look_again_s

    def probe(self, phone: Phone) -> bool:
        """Look at an open phone and tell of it; False if it must be opened again."""
        try:
            self._look(phone)
        except PhoneNotReadyError as error:
            self.missed(error)
        except PhoneError as error:
            self._send(PhoneTrouble(why=str(error)))
            return False
        return True

    def package_of(self, phone: Phone, message: Begin | ReadAccounts) -> str:
        """The app to drive: the account's own package, else the first installed of the platform's; "" for a command
        that drives none. Raises AppMissingError, and PhoneError where the phone cannot say what it has."""
        managed = message.managed if isinstance(message, Begin) else None
        generic = managed is not None and managed.spec.platform == "generic"
        if message.package or generic:
            return message.package
        if (found := self.apps.main(message.platform)) is None:
            self._look(phone)  # it may have been installed since
            found = self.apps.main(message.platform)
        if found is not None:
            return found
        names = " or ".join(apps.load(message.platform).packages)
        raise AppMissingError(f"{phone.serial}: {message.platform} is not installed ({names}); install it and log in.")

    def _look(self, phone: Phone) -> None:
        phone.check_ready(doubt_input=self.readiness.doubts_input)
        self._ready(phone)

    def _ready(self, phone: Phone) -> None:
        """Tell what a phone is that was just found ready."""
        facts = phone.facts(PACKAGES)
        self.apps.learn(facts.apps)
        self.readiness.reached()
        self._send(PhoneReady(facts=facts))

    def _cured(self, cure: Cure, why: str) -> None:
        log.warning("automation_cured", cure=cure.value, why=why)
        self._send(EngineCured(cure=cure.value, why=why))


def machine_error(serial: str, error: OSError) -> PhoneError:
    """The trouble in words for a person, where this machine is to blame and not the phone."""
    return PhoneError(
        f"{serial}: the machine that runs Drover could not use a file: {error}; check its disk (droverctl doctor), "
        "then retry."
    )
