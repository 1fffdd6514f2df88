"""Looking at a phone without a task: the Context of a reading, the reading of an app's accounts, and its answer.

Nothing here may cause an effect: this context commits nothing.
"""

import time
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final, NoReturn

import structlog
from msgspec.structs import replace

from drover.phone.engine import AppMissingError, PhoneError, PhoneNotReadyError
from drover.phone.hierarchy import Hierarchy
from drover.phone.phone import Phone
from drover.scripts.context import ScriptFailed, StopRequestedError
from drover.scripts.identity import LoggedIn, logged_in
from drover.scripts.navigation import Navigator, NotReachedError
from drover.wire.media import MediaFile
from drover.wire.tasks import Phase, Reason
from drover.wire.worker import AccountsRead, FromWorker, ReadAccounts
from drover.worker.phone_calls import go_on
from drover.worker.phone_connection import PhoneConnection

log = structlog.get_logger("drover.worker")

READ_S: Final = 90.0


class ReadingContext:
    """Implements Context for a reading: steps go to the log, nothing is kept, nothing can be committed."""

    def __init__(self, phone: Phone, *, platform: str, package: str) -> None:
        self.phone = phone
        self.platform = platform
        self.package = package
        self.username: str | None = None
        self.reconcile = False
        self.task_id = 0
        self.media: Sequence[MediaFile] = ()
        self.remark = ""

    def step(self, text: str, progress: int) -> None:
        log.debug("reading", step=text)

    def enter(self, phase: Phase) -> None:
        """A reading has no phases."""

    def commit(self, what: str, tap: Callable[[], None]) -> NoReturn:
        raise RuntimeError(f"a reading has no effect, and yet wanted to {what}")

    def confirm(self, proof: Hierarchy) -> NoReturn:
        raise RuntimeError("a reading has no effect to confirm")

    def saw_account(self, username: str) -> None:
        """A reading says at its end what it saw."""

    def open_media(self, file: MediaFile) -> BinaryIO:
        raise RuntimeError("a reading needs no media")

    def keep(self, name: str, seen: Hierarchy | None = None) -> None:
        """A reading keeps no evidence: there is no task whose folder it could go to."""


class AccountReader:
    """Of one phone. `give_way` raises StopRequestedError where something waits that must not."""

    def __init__(
        self, connection: PhoneConnection, give_way: Callable[[], None], send: Callable[[FromWorker], None]
    ) -> None:
        self._connection = connection
        self._give_way = give_way
        self._send = send

    def answer(self, phone: Phone, message: ReadAccounts) -> bool:
        """Answer a ReadAccounts, whatever happens; False if the phone must be opened again."""
        read, healthy = self._read(phone, message)
        self._send(read)
        return healthy

    def _read(self, phone: Phone, message: ReadAccounts) -> tuple[AccountsRead, bool]:
        def unread(why: str) -> AccountsRead:
            return AccountsRead(request_id=message.request_id, why=why)

        try:
            return self._accounts(phone, message), True
        except AppMissingError as error:
            return unread(str(error)), True
        except PhoneNotReadyError as error:
            self._connection.missed(error)
            return unread(str(error)), True
        except PhoneError as error:
            return unread(str(error)), False
        except StopRequestedError:
            why = "the reading made way for a task that was to stop, or for the end of the daemon."
            return unread(f"{phone.serial}: {why}"), True
        except Exception as error:
            log.exception("reading_failed", request=message.request_id)
            return unread(f"{phone.serial}: the reading failed by a fault of its own: {error!r}."), True
        finally:
            phone.cancelled = go_on

    def _accounts(self, phone: Phone, message: ReadAccounts) -> AccountsRead:
        package, apps = self._connection.package_of(phone, message), self._connection.apps
        read = read_accounts(phone, message, package, self._give_way)
        return replace(read, main=apps.is_main(message.platform, package), version=apps.version(package))


def read_accounts(phone: Phone, asked: ReadAccounts, package: str, give_up: Callable[[], None]) -> AccountsRead:
    """The accounts of one app; `give_up` is called between looks and may raise. `why` says what went wrong.

    Raises PhoneError besides. An app that was not in front before is left by HOME.
    """
    end = time.monotonic() + READ_S

    def check() -> None:
        give_up()
        if time.monotonic() > end:
            raise ScriptFailed(Reason.TIMEOUT, f"{phone.serial}: reading the accounts took longer than {READ_S:.0f} s.")

    phone.cancelled = check
    phone.wake()
    was_in_front = phone.current_package() == package
    nav = Navigator(ReadingContext(phone, platform=asked.platform, package=package))
    try:
        found = _read(nav)
    except ScriptFailed as failed:
        return AccountsRead(request_id=asked.request_id, why=failed.remark, reason=failed.reason)
    finally:
        if not was_in_front:
            phone.cancelled = go_on
            _leave(phone)
    return AccountsRead(
        request_id=asked.request_id, usernames=list(found.usernames), active=found.active, package=package
    )


def _read(nav: Navigator) -> LoggedIn:
    try:
        return logged_in(nav)
    except NotReachedError as unreached:
        nav.fail_unreached(unreached)


def _leave(phone: Phone) -> None:
    try:
        phone.home()
    except PhoneError as error:
        log.debug("home_failed", why=str(error))
