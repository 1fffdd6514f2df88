"""The conversation on the control socket: requests of shim and ctl, and the daemon's answers.

A frame is a 4-byte big-endian length and a msgpack message. The first request of a connection is Hello. Every
request carries an id that its answer repeats; answers may come in any order. After Subscribe, events follow with
the subscription's id. What is asked and answered about a noun is written in that noun's module; who speaks on the
socket may import all of it from here.
"""

import msgspec

from drover.wire.accounts import (
    Account,
    AccountList,
    AccountsCsv,
    AccountsDiscovered,
    AccountsImported,
    ChangeAccount,
    DeleteAccount,
    DiscoverAccounts,
    ExportAccounts,
    GetAccount,
    ImportAccounts,
    ListAccounts,
    PutAccount,
)
from drover.wire.accounts import FoundAccount as FoundAccount
from drover.wire.audit import AuditEntry as AuditEntry
from drover.wire.audit import AuditPage, ListAudit
from drover.wire.backups import BackupMade, BackupProgress, GetBackupProgress, MakeBackup
from drover.wire.codec import MAX_FRAME_BYTES, Codec
from drover.wire.custom import ScriptAnswer, ScriptRequest
from drover.wire.daemon import AnnounceApi, CheckLicense, ConfigReloaded, DaemonStatus, GetStatus, License, ReloadConfig
from drover.wire.devices import (
    Device,
    DeviceForgotten,
    DeviceList,
    ForgetDevice,
    GetDevice,
    ListDevices,
    SetDevice,
)
from drover.wire.doctor import Diagnose, Diagnosis
from drover.wire.events import Event, Subscribe, Subscribed
from drover.wire.faults import Failure
from drover.wire.leases import LeaseAnswer, LeaseRequest
from drover.wire.materials import MaterialAnswer, MaterialRequest
from drover.wire.pauses import AccountPause as AccountPause
from drover.wire.pauses import DevicePause as DevicePause
from drover.wire.pauses import PauseAccount as PauseAccount
from drover.wire.pauses import PauseAnswer, PauseRequest
from drover.wire.pauses import PauseDevice as PauseDevice
from drover.wire.pauses import ResumeAccount as ResumeAccount
from drover.wire.pauses import ResumeDevice as ResumeDevice
from drover.wire.tasks import (
    ArtifactFile,
    CreateTasks,
    DeleteTasks,
    FindArtifact,
    GetTask,
    GetTaskStats,
    ListTasks,
    LogChunk,
    ReadTaskLog,
    ReleaseTasks,
    RetriedAll,
    RetryAll,
    RetryTask,
    StopTask,
    Task,
    TaskPage,
    TasksCreated,
    TasksDeleted,
    TasksReleased,
    TaskStats,
)
from drover.wire.tokens import ApiToken, RotateToken, ShowToken

# --- requests ---------------------------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello"):
    """First on every connection. `client` names the program, for the log."""

    version: int
    client: str


RequestBody = (
    Hello
    | CreateTasks
    | ListTasks
    | GetTask
    | StopTask
    | RetryTask
    | RetryAll
    | ReleaseTasks
    | DeleteTasks
    | GetTaskStats
    | ReadTaskLog
    | FindArtifact
    | ListDevices
    | GetDevice
    | CheckLicense
    | GetStatus
    | Subscribe
    | SetDevice
    | ForgetDevice
    | ListAccounts
    | GetAccount
    | PutAccount
    | ChangeAccount
    | DeleteAccount
    | MakeBackup
    | GetBackupProgress
    | Diagnose
    | ReloadConfig
    | ImportAccounts
    | ExportAccounts
    | DiscoverAccounts
    | LeaseRequest
    | ScriptRequest
    | ShowToken
    | RotateToken
    | ListAudit
    | AnnounceApi
    | MaterialRequest
    | PauseRequest
)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """For whom the gateway asks, as the audit shows it. `token_id` is derived from the token and not secret."""

    address: str
    route: str
    token_id: str = ""


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client sends. Only the gateway sets `caller`.

    `progress` says that the client knows Working, which may come before the answer.
    """

    id: int
    body: RequestBody
    caller: Caller | None = None
    progress: bool = False


# --- answers ----------------------------------------------------------------------------------------------------


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag="welcome"):
    """Answers Hello. `zone` is the IANA name in which local times are read and shown."""

    version: int
    daemon_version: str
    boot_id: str
    pid: int
    zone: str


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """It was carried out and there is nothing to tell."""


class Working(msgspec.Struct, frozen=True, kw_only=True, tag="working"):
    """Comes before the answer, about once a second while an operation on many rows goes on: so many of all are done."""

    done: int
    total: int


ResponseBody = (
    Failure
    | Welcome
    | Done
    | Working
    | TasksCreated
    | TaskPage
    | Task
    | RetriedAll
    | TasksDeleted
    | TasksReleased
    | TaskStats
    | LogChunk
    | ArtifactFile
    | DeviceList
    | DeviceForgotten
    | Device
    | License
    | DaemonStatus
    | Subscribed
    | Account
    | AccountList
    | MaterialAnswer
    | BackupMade
    | BackupProgress
    | Diagnosis
    | ConfigReloaded
    | AccountsImported
    | AccountsCsv
    | AccountsDiscovered
    | LeaseAnswer
    | ScriptAnswer
    | ApiToken
    | AuditPage
    | PauseAnswer
    | Event
)


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What the daemon sends; `id` repeats the request's."""

    id: int
    body: ResponseBody


REQUESTS: Codec[Request] = Codec(Request, max_bytes=MAX_FRAME_BYTES)
RESPONSES: Codec[Response] = Codec(Response, max_bytes=MAX_FRAME_BYTES)
