"""The conversation between the supervisor and the worker of one phone, over ZeroMQ.

A fence is the number of one attempt, unique for ever. A message with a fence that is not the running one changes
nothing. No durable answer to IntentRequested, no tap.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec

from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES, Codec
from drover.wire.custom import ManagedRun
from drover.wire.devices import DeviceFacts, PhoneCondition
from drover.wire.direct import DirectAnswered, DirectCall, DirectEnded
from drover.wire.holds import Trouble
from drover.wire.media import MediaFile
from drover.wire.tasks import Effect, Phase, Reason

# --- supervisor to worker ---------------------------------------------------------------------------------------


TASK_LOG: Final = "log.txt"
"""The file in a task's folder to which its attempts add their lines."""


def routing_id(serial: str, incarnation: int) -> bytes:
    """The ZeroMQ routing id of one worker process."""
    return f"{serial}#{incarnation}".encode()


class Begin(msgspec.Struct, frozen=True, kw_only=True, tag="begin"):
    """Run one attempt; it is already stored as begun. A worker refuses a fence that it has seen.

    `reconcile` says that an earlier attempt may have had its effect: look first. `folder` is the task's own directory.
    `media` are the files to publish, in their order; each lies inside one of `media_roots`. `managed` is there for a
    script that is a command. `account` is the handle that the attempt counts for, "" where it is to be read first;
    `logged_in_as` the one that the app was last seen with.
    """

    fence: int
    task_id: int
    attempt: int
    script_name: str
    script_config: dict[str, Any]
    username: str | None
    platform: str
    package: str
    folder: str
    deadline_s: float
    reconcile: bool = False
    media: list[MediaFile] = []
    media_roots: list[str] = []
    managed: ManagedRun | None = None
    account: str = ""
    logged_in_as: str = ""


class StopAttempt(msgspec.Struct, frozen=True, kw_only=True, tag="stop_attempt"):
    """Stop at the next step; answered by Ended with reason stopped."""

    fence: int


class IntentRecorded(msgspec.Struct, frozen=True, kw_only=True, tag="intent_recorded"):
    """Intent is durable: the commit tap may be performed, once."""

    fence: int


class IntentRefused(msgspec.Struct, frozen=True, kw_only=True, tag="intent_refused"):
    """The attempt is no longer the running one, or intent could not be stored: do not tap."""

    fence: int
    why: str


class AccountVerdict(StrEnum):
    """Whether an attempt may go on as the account that it saw."""

    GO_ON = "go_on"
    OTHER_ACCOUNT = "other_account"  # end without an effect: the task waits its turn under the account that was seen
    NOT_STORED = "not_stored"  # the daemon could not keep it


class AccountNoted(msgspec.Struct, frozen=True, kw_only=True, tag="account_noted"):
    """Answers AccountSeen once what was seen is durable; `why` is a sentence where the attempt must not go on."""

    fence: int
    verdict: AccountVerdict
    why: str = ""


class Probe(msgspec.Struct, frozen=True, kw_only=True, tag="probe"):
    """Look whether the phone answers, as adb lists it again; answered by PhoneReady or PhoneTrouble."""


class ReadAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="read_accounts"):
    """Read which accounts an app is logged in with, as soon as nothing runs; answered by AccountsRead.

    `package` "" means the first installed of the platform's.
    """

    request_id: int
    platform: str
    package: str = ""


class CleanUp(msgspec.Struct, frozen=True, kw_only=True, tag="clean_up"):
    """Take every file of ours out of the gallery, as soon as nothing runs, but for those of the tasks in `keep`:

    what they published may still be uploading. Not answered; PhoneTrouble reports a phone that cannot.
    """

    keep: list[int] = []


class Shutdown(msgspec.Struct, frozen=True, kw_only=True, tag="shutdown"):
    """End the process; a running attempt is stopped first."""


ToWorker = (
    Begin
    | StopAttempt
    | IntentRecorded
    | IntentRefused
    | AccountNoted
    | Probe
    | ReadAccounts
    | CleanUp
    | DirectCall
    | DirectEnded
    | Shutdown
)

# --- worker to supervisor ---------------------------------------------------------------------------------------


class WorkerHello(msgspec.Struct, frozen=True, kw_only=True, tag="worker_hello"):
    """First message of a process; `boot_id` must be the supervisor's own."""

    version: int
    boot_id: str
    serial: str
    incarnation: int
    pid: int


class PhoneReady(msgspec.Struct, frozen=True, kw_only=True, tag="phone_ready"):
    """The phone answers and its facts are known: the device may get tasks."""

    facts: DeviceFacts


class PhoneTrouble(msgspec.Struct, frozen=True, kw_only=True, tag="phone_trouble"):
    """The phone does not answer as it should; the worker goes on trying.

    With a `condition` it answers, and is not ready: nothing but a person's step helps, and no cure is wanted.
    """

    why: str
    condition: PhoneCondition | None = None


class OtherPhone(msgspec.Struct, frozen=True, kw_only=True, tag="other_phone"):
    """Another phone answers at the worker's transport; nothing else was asked of it."""

    why: str


class EngineCured(msgspec.Struct, frozen=True, kw_only=True, tag="engine_cured"):
    """The phone's automation server had to be helped: `restart`, `reinstall` or `fallback` to plain adb."""

    cure: str
    why: str


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag="heartbeat"):
    """Every few seconds from the channel's own thread; `fence` is the running attempt's."""

    fence: int | None


class Progressed(msgspec.Struct, frozen=True, kw_only=True, tag="progressed"):
    """A step, in words for people; `progress` is a percentage."""

    fence: int
    phase: Phase
    step: str
    progress: int


class AccountSeen(msgspec.Struct, frozen=True, kw_only=True, tag="account_seen"):
    """The own profile shows another account than Begin named; waits for AccountNoted.

    `package` is the app that was looked at, `main` whether a task without a package would get it, `version` what is
    installed, "" where nothing tells.
    """

    fence: int
    username: str
    package: str
    main: bool
    version: str = ""


class IntentRequested(msgspec.Struct, frozen=True, kw_only=True, tag="intent_requested"):
    """About to perform the commit tap; waits for IntentRecorded."""

    fence: int
    what: str


class TapSent(msgspec.Struct, frozen=True, kw_only=True, tag="tap_sent"):
    """The commit tap was performed."""

    fence: int


class EffectConfirmed(msgspec.Struct, frozen=True, kw_only=True, tag="effect_confirmed"):
    """Proof was seen and kept; `evidence` names files in the task's folder."""

    fence: int
    evidence: list[str]


class Outcome(StrEnum):
    """How an attempt ended."""

    COMPLETED = "completed"
    FAILED = "failed"


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """The attempt's last message. `effect` is what the worker knows; `remark` is one sentence for people.

    `trouble` says what the app has against the account, where its screen showed that.
    `condition`: the phone as a whole stood in the way. `untapped`: the phone refused the commit tap with an error that
    leaves no doubt, and nothing else was done under the intent.
    """

    fence: int
    outcome: Outcome
    effect: Effect
    reason: Reason | None = None
    remark: str = ""
    evidence: list[str] = []
    trouble: Trouble | None = None
    condition: PhoneCondition | None = None
    untapped: bool = False


class AccountsRead(msgspec.Struct, frozen=True, kw_only=True, tag="accounts_read"):
    """Answers ReadAccounts: user names as the app lists them; `why` says in words why they could not be read.

    `reason` is the script's own where it failed; `package`, `main` and `version` are as in AccountSeen.
    """

    request_id: int
    usernames: list[str] = []
    active: str | None = None
    why: str = ""
    reason: Reason | None = None
    package: str = ""
    main: bool = True
    version: str = ""


class AttemptRefused(msgspec.Struct, frozen=True, kw_only=True, tag="attempt_refused"):
    """Begin named a fence that this process has seen already, or it is busy with another."""

    fence: int
    why: str


FromWorker = (
    WorkerHello
    | PhoneReady
    | PhoneTrouble
    | OtherPhone
    | EngineCured
    | Heartbeat
    | Progressed
    | AccountSeen
    | IntentRequested
    | TapSent
    | EffectConfirmed
    | Ended
    | AttemptRefused
    | AccountsRead
    | DirectAnswered
)

TO_WORKER: Codec[ToWorker] = Codec(ToWorker, max_bytes=MAX_WORKER_MESSAGE_BYTES)
FROM_WORKER: Codec[FromWorker] = Codec(FromWorker, max_bytes=MAX_WORKER_MESSAGE_BYTES)
