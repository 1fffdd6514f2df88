"""Runs attempts, one at a time, in the phone's own thread; keeps the phone open between them.

Owns the order prepare, commit, verify and what an attempt's end is called. Knows no socket: it is given `send`.
"""

import errno
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import structlog

from drover import apps
from drover.media.files import PASSING
from drover.phone.adb import OtherPhoneError
from drover.phone.engine import (
    AppMissingError,
    CoveredError,
    Cure,
    PhoneError,
    PhoneLostError,
    PhoneNotReadyError,
    PhoneStartingError,
    PhoneTimeoutError,
)
from drover.phone.phone import Phone
from drover.policy import remarks
from drover.scripts import registry
from drover.scripts.context import Script, ScriptFailed, StopRequestedError
from drover.scripts.identity import recognise
from drover.scripts.navigation import Navigator, NotReachedError
from drover.scripts.publishing.gallery_files import clean_up
from drover.wire.devices import DeviceFacts
from drover.wire.direct import DirectCall, DirectEnd, DirectEnded
from drover.wire.holds import Trouble
from drover.wire.tasks import Effect, Phase, Reason
from drover.wire.worker import (
    AccountNoted,
    AccountsRead,
    AttemptRefused,
    Begin,
    Ended,
    EngineCured,
    FromWorker,
    IntentRecorded,
    IntentRefused,
    OtherPhone,
    PhoneReady,
    PhoneTrouble,
    Probe,
    ReadAccounts,
    Tidy,
)
from drover.wire.zygote import WorkerSpec
from drover.worker.account_reader import read_accounts
from drover.worker.attempt import AccountNotNotedError, AttemptContext, IntentNotGrantedError
from drover.worker.command_script import ManagedScript
from drover.worker.direct_calls import Asked, failed, perform
from drover.worker.proof import proof_of
from drover.worker.readiness import PERHAPS_THE_PHONE, Readiness, unbegun

log = structlog.get_logger("drover.worker")

OPEN_RETRY_MAX_S = 30.0
DEGRADED_S = 600.0
WAKE_S: Final = 12.0
CHECK_S: Final = 4.0
"""For the question whether the phone as a whole is the cause of a failure: one that hangs must not hold its end."""

LACKED: Final = PASSING | {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""What the machine lacks when a file is written or opened: no fault of the script, the phone or the account."""

PACKAGES: Final = tuple(package for platform in apps.PLATFORMS for package in apps.load(platform).packages)
"""Read when the zygote imports this, so that every worker shares the apps' data."""


Message = Begin | Probe | ReadAccounts | Tidy | Asked | DirectEnded | None
"""What the phone's thread is given to do; None ends it."""


class Runner:
    """The phone's thread (`run`) and the calls by which the channel's thread steers it."""

    def __init__(self, spec: WorkerSpec, send: Callable[[FromWorker], None]) -> None:
        self._spec = spec
        self._send = send
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._seen: set[int] = set()
        self._attempt: AttemptContext | None = None
        self._stopped: int | None = None
        self._ending = threading.Event()
        self._installed: Mapping[str, str] = {}
        self._altered = False
        self._readiness = Readiness()
        self.running: int | None = None

    # --- called by the channel's thread

    def begin(self, message: Begin) -> None:
        """Take an attempt, unless its fence was seen already or another runs."""
        if message.fence in self._seen or self.running is not None:
            self._refuse(message, "seen already" if message.fence in self._seen else f"busy with {self.running}")
            return
        self._seen.add(message.fence)
        self.running = message.fence
        self._inbox.put(message)

    def _refuse(self, message: Begin, why: str) -> None:
        self._send(AttemptRefused(fence=message.fence, why=why))

    def stop(self, fence: int) -> None:
        """Ask the running attempt to stop at its next step, also one that waits for its turn on the phone."""
        self._stopped = fence
        attempt = self._attempt
        if attempt is not None and attempt.fence == fence:
            attempt.stop()

    def answer(self, answer: IntentRecorded | IntentRefused | AccountNoted) -> None:
        """Hand the supervisor's answer to the attempt that waits for it."""
        attempt = self._attempt
        if attempt is not None and attempt.fence == answer.fence:
            attempt.answer(answer)

    def probe(self) -> None:
        """Look at the phone as soon as nothing runs."""
        self._inbox.put(Probe())

    def direct(self, message: DirectCall | DirectEnded) -> None:
        """Do what a lease's holder wants, or put the phone in order after it, as soon as nothing runs."""
        self._inbox.put(message if isinstance(message, DirectEnded) else Asked.now(message))

    def read_accounts(self, message: ReadAccounts) -> None:
        """Read an app's accounts as soon as nothing runs."""
        self._inbox.put(message)

    def tidy(self, message: Tidy) -> None:
        """Take left files out of the gallery as soon as nothing runs."""
        self._inbox.put(message)

    def shutdown(self) -> None:
        """End the thread; a running attempt is asked to stop first."""
        self._ending.set()
        attempt = self._attempt
        if attempt is not None:
            attempt.stop(Reason.INTERRUPTED, remarks.SHUT_DOWN)
        self._inbox.put(None)

    # --- the phone's thread

    def run(self) -> None:
        """Open the phone, then run attempts until shut down."""
        while not self._ending.is_set():
            phone = self._open()
            if phone is None:
                return
            try:
                self._serve(phone)
            finally:
                phone.close()

    def _open(self) -> Phone | None:
        """The open phone, tried again for ever with growing pauses; None when shut down meanwhile."""
        pause_s = 1.0
        while not self._ending.is_set():
            phone: Phone | None = None
            try:
                phone = self._opened()
                self._ready(phone)
                return phone
            except (PhoneError, OSError) as error:
                if phone is not None:
                    phone.close()
                trouble = error if isinstance(error, PhoneError) else _of_this_machine(self._spec.serial, error)
                pause_s = self._pause(self._troubled(trouble, pause_s), trouble)
        return None

    def _troubled(self, error: PhoneError, pause_s: float) -> float:
        """Tell of it; how long to wait before the next look."""
        if isinstance(error, PhoneNotReadyError):
            self._send(self._readiness.missed(error))
            return self._readiness.look_again_s
        if isinstance(error, OtherPhoneError):
            self._send(OtherPhone(why=str(error)))
        self._send(PhoneTrouble(why=str(error)))
        return 1.0 if isinstance(error, PhoneStartingError) else pause_s  # it says when it is ready, and that is soon

    def _opened(self) -> Phone:
        spec = self._spec
        return Phone.open(
            spec.transport or spec.serial,
            adb_host=spec.adb_host,
            adb_port=spec.adb_port,
            engine=spec.engine,
            on_cure=self._cured,
            doubt_input=self._readiness.doubts_input,
            proof=proof_of(spec),
        )

    def _cured(self, cure: Cure, why: str) -> None:
        log.warning("automation_cured", cure=cure.value, why=why)
        self._send(EngineCured(cure=cure.value, why=why))

    def _pause(self, pause_s: float, error: PhoneError) -> float:
        """Wait before the next try, and how long to wait after that. A probe means that adb has the phone again."""
        try:
            message = self._inbox.get(timeout=pause_s)
        except queue.Empty:
            return min(pause_s * 2, OPEN_RETRY_MAX_S)
        if isinstance(message, ReadAccounts):
            why = f"{self._spec.serial}: its phone does not answer; try again when the device is idle."
            self._send(AccountsRead(request_id=message.request_id, why=why))
        if isinstance(message, Begin):
            self.running = None
            if isinstance(error, PhoneNotReadyError):
                self._send(unbegun(message, error))
            else:
                self._refuse(message, "its phone does not answer")
        return 1.0

    def _serve(self, phone: Phone) -> None:
        """Run attempts; look after an idle phone now and then. Returns when the phone must be opened anew."""
        opened = time.monotonic()
        while True:
            try:
                message = self._inbox.get(timeout=self._readiness.look_again_s)
            except queue.Empty:
                message = Probe()
            match message:
                case None:
                    return
                case Probe() if phone.degraded and time.monotonic() - opened > DEGRADED_S:
                    return  # the automation server may be had by now
                case Probe():
                    healthy = self._probe(phone)
                case Asked():
                    healthy = self._perform(phone, message)
                case DirectEnded():
                    healthy, self._altered = not self._altered, False
                case ReadAccounts():
                    healthy = self._read_accounts(phone, message)
                case Tidy():
                    healthy = self._tidy(phone, message)
                case Begin():
                    healthy = self._run_attempt(phone, message)
            if not healthy:
                return

    def _perform(self, phone: Phone, asked: Asked) -> bool:
        """A call of a lease's holder; False if the phone must be opened anew."""
        done = perform(phone, asked)
        self._altered = self._altered or done.altered
        self._send(done.answer)
        return done.healthy

    def _probe(self, phone: Phone) -> bool:
        try:
            self._look(phone)
        except PhoneNotReadyError as error:
            self._send(self._readiness.missed(error))
        except PhoneError as error:
            self._send(PhoneTrouble(why=str(error)))
            return False
        return True

    def _look(self, phone: Phone) -> DeviceFacts:
        phone.check_ready(doubt_input=self._readiness.doubts_input)
        return self._ready(phone)

    def _ready(self, phone: Phone) -> DeviceFacts:
        """Tell what a phone is that was just found ready."""
        facts = phone.facts(PACKAGES)
        self._installed = facts.apps
        self._readiness.reached()
        self._send(PhoneReady(facts=facts))
        return facts

    def _tidy(self, phone: Phone, message: Tidy) -> bool:
        try:
            removed = clean_up(phone, message.keep)
        except PhoneError as error:
            self._send(PhoneTrouble(why=str(error)))
            return False
        if removed:
            log.info("gallery_tidied", files=[str(name) for name in removed])
        return True

    def _read_accounts(self, phone: Phone, message: ReadAccounts) -> bool:
        """Answer a ReadAccounts, whatever happens; False if the phone must be opened anew."""
        healthy = True
        try:
            package = self._package(phone, message)
            read = msgspec.structs.replace(
                read_accounts(phone, message, package, self._give_way),
                main=self._is_main(message.platform, package),
                version=self._installed.get(package, ""),
            )
        except AppMissingError as error:
            read = AccountsRead(request_id=message.request_id, why=str(error))
        except PhoneNotReadyError as error:
            read = AccountsRead(request_id=message.request_id, why=str(error))
            self._send(self._readiness.missed(error))
        except PhoneError as error:
            read, healthy = AccountsRead(request_id=message.request_id, why=str(error)), False
        except StopRequestedError:
            why = f"{phone.serial}: the reading made way for a task that was to stop, or for the end of the daemon."
            read = AccountsRead(request_id=message.request_id, why=why)
        except Exception as error:
            log.exception("reading_failed", request=message.request_id)
            why = f"{phone.serial}: the reading failed by a fault of its own: {error!r}."
            read = AccountsRead(request_id=message.request_id, why=why)
        finally:
            phone.cancelled = _go_on
        self._send(read)
        return healthy

    def _give_way(self) -> None:
        """A reading keeps neither a shutdown nor the stopping of an attempt waiting behind it."""
        if self._ending.is_set() or (self.running is not None and self._stopped == self.running):
            raise StopRequestedError

    def _package(self, phone: Phone, message: Begin | ReadAccounts) -> str:
        """The app to drive: the account's own package, else the first installed of the platform's."""
        managed = message.managed if isinstance(message, Begin) else None
        generic = managed is not None and managed.spec.platform == "generic"
        if message.package or generic:
            return message.package
        wanted = apps.load(message.platform).packages
        installed = self._installed
        if not any(package in installed for package in wanted):
            installed = self._look(phone).apps  # it may have been installed since
        for package in wanted:
            if package in installed:
                return package
        names = " or ".join(wanted)
        raise AppMissingError(f"{phone.serial}: {message.platform} is not installed ({names}); install it and log in.")

    def _is_main(self, platform: str, package: str) -> bool:
        """Whether a task without a package would get this app."""
        if platform not in apps.PLATFORMS:
            return True
        installed = (name for name in apps.load(platform).packages if name in self._installed)
        return package == next(installed, package)

    def _script(self, attempt: AttemptContext, message: Begin) -> Script:
        if message.managed is None:
            return _made(message)
        return ManagedScript(
            message,
            message.managed,
            attempt,
            serve=lambda timeout_s: self._serve_command(attempt, timeout_s),
            wake=self.probe,
        )

    def _serve_command(self, attempt: AttemptContext, timeout_s: float) -> None:
        """While a command runs: carry out what it asks of its phone, at most one call, waiting for one so long."""
        try:
            message = self._inbox.get(timeout=timeout_s)
        except queue.Empty:
            return
        if message is None:
            self._inbox.put(None)  # for the thread's own loop, as soon as the command has ended
        elif isinstance(message, Asked):
            attempt.phone.cancelled = _go_on  # a call that has begun is carried out
            if not self._perform(attempt.phone, message):
                self._renew_phone(attempt)
            attempt.phone.cancelled = attempt.check

    def _renew_phone(self, attempt: AttemptContext) -> None:
        """Open the phone anew under a command that runs; where it cannot be, the next call finds out, and tries too."""
        attempt.phone.close()
        try:
            attempt.phone = self._opened()
        except (PhoneError, OSError) as error:
            attempt.log(f"the phone does not answer: {error}")

    def _after_command(self, attempt: AttemptContext, phone: Phone) -> bool:
        """Calls that still wait came too late; False if the phone must be opened anew for the next."""
        late: list[Message] = []
        while not self._inbox.empty():
            late.append(self._inbox.get_nowait())
        for message in late:
            if isinstance(message, Asked):
                why = f"{phone.serial}: the task of this session has ended"
                self._send(failed(message.call, DirectEnd.NOT_DONE, why))
            else:
                self._inbox.put(message)
        untouched = attempt.phone is phone and not self._altered
        self._altered = False
        if attempt.phone is not phone:
            attempt.phone.close()
        return untouched

    def _run_attempt(self, phone: Phone, message: Begin) -> bool:
        """One attempt from Begin to Ended; False if the phone must be opened anew."""
        attempt = AttemptContext(phone, message, self._send)
        self._attempt = attempt
        phone.cancelled = attempt.check
        if self._ending.is_set():
            attempt.stop(Reason.INTERRUPTED, remarks.SHUT_DOWN)
        elif self._stopped == message.fence:
            attempt.stop()
        healthy = True
        try:
            script = self._script(attempt, message)
            attempt.enter(Phase.PREPARE)
            phone.wake(timeout_s=WAKE_S)
            phone.ready()
            attempt.package = self._package(phone, message)
            attempt.app_version = self._installed.get(attempt.package, "")
            attempt.main = self._is_main(message.platform, attempt.package)
            ended = _perform(attempt, script, recognises=message.managed is None)
        except PhoneNotReadyError as error:
            ended = attempt.failed(Reason.INTERRUPTED, str(error), condition=error.condition)
        except PhoneLostError as error:
            ended, healthy = attempt.failed(Reason.DEVICE_LOST, str(error)), False
        except PhoneTimeoutError as error:
            ended, healthy = self._failed(attempt, message, Reason.TIMEOUT, str(error)), False
        except AppMissingError as error:
            ended = attempt.failed(Reason.APP_MISSING, str(error))
        except CoveredError as error:
            ended = self._failed(attempt, message, Reason.APP_CHANGED, str(error))
        except PhoneError as error:
            ended, healthy = self._failed(attempt, message, Reason.INTERRUPTED, str(error)), False
        except ScriptFailed as error:
            ended = self._failed(attempt, message, error.reason, error.remark, error.trouble)
        except StopRequestedError:
            ended = attempt.stopped()
        except (IntentNotGrantedError, AccountNotNotedError) as error:
            ended = attempt.failed(Reason.INTERRUPTED, str(error))
        except Exception as error:
            log.exception("script_failed", task=message.task_id, fence=message.fence)
            if isinstance(error, OSError) and error.errno in LACKED:
                ended = attempt.failed(Reason.INTERRUPTED, str(_of_this_machine(phone.serial, error)))
            else:
                why = f"The script failed by a fault of its own: {error!r}."
                ended = self._failed(attempt, message, Reason.SCRIPT_ERROR, why)
        finally:
            phone.cancelled = _go_on
            self._attempt = None
        if message.managed is not None:
            healthy = self._after_command(attempt, phone) and healthy
        self.running = None
        self._send(ended)
        if ended.condition is not None:
            self._readiness.condition = ended.condition
            return healthy and self._probe(phone)
        return healthy

    def _failed(
        self, attempt: AttemptContext, message: Begin, reason: Reason, remark: str, trouble: Trouble | None = None
    ) -> Ended:
        """The last message of a failed attempt. Where the phone as a whole may be the cause, it is asked first.

        A command tells itself why it ended, and nobody knows what it meant.
        """
        if reason in PERHAPS_THE_PHONE and message.managed is None:
            try:
                attempt.phone.check_ready(timeout_s=CHECK_S)
            except PhoneNotReadyError as error:
                attempt.log(f"the phone is not ready, so this says nothing: {reason.value}: {remark}")
                return attempt.failed(Reason.INTERRUPTED, str(error), condition=error.condition)
            except PhoneError as error:
                attempt.log(f"whether the phone is ready could not be asked: {error}")
        return attempt.failed(reason, remark, trouble)


def _of_this_machine(serial: str, error: OSError) -> PhoneError:
    """The trouble as a person is told it, where this machine is to blame and not the phone."""
    return PhoneError(
        f"{serial}: the machine that runs Drover could not use a file: {error}; check its disk (droverctl doctor), "
        "then retry."
    )


def _made(message: Begin) -> Script:
    try:
        return registry.make(message.script_name, message.script_config)
    except LookupError:
        why = f"There is no script {message.script_name} any more; add it again or install its package, then retry."
        raise ScriptFailed(Reason.SCRIPT_ERROR, why) from None


def _perform(attempt: AttemptContext, script: Script, *, recognises: bool) -> Ended:
    """The script from its start to its end. One that names no account and has an effect first finds out as whom it
    acts, unless it is a command, which nobody can hold to that (`recognises`)."""
    started = time.monotonic()
    attempt.effect_allowed = bool(script.effect)
    if recognises and script.effect and not attempt.username:
        _recognise(attempt)
    if not script.prepare(attempt):
        if attempt.effect in (Effect.INTENT, Effect.SENT):
            raise RuntimeError("the script ended without proof of what it did; ctx.confirm gives it")
        return attempt.completed()
    attempt.enter(Phase.COMMIT)
    script.commit(attempt)
    attempt.enter(Phase.VERIFY)
    script.verify(attempt)
    if attempt.effect is not Effect.CONFIRMED:
        raise RuntimeError("the script ended without proof")
    attempt.step(f"done in {time.monotonic() - started:.1f} s", 100)
    return attempt.completed()


def _recognise(attempt: AttemptContext) -> None:
    nav = Navigator(attempt)
    try:
        recognise(nav)
    except NotReachedError as lost:
        nav.fail_unreached(lost)


def _go_on() -> None:
    """Nothing runs that could be cancelled."""
