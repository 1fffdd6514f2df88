"""The conversation on the control socket: requests of shim and ctl, and the daemon's answers.

A frame is a 4-byte big-endian length and a msgpack message. The first request of a connection is Hello. Every
request carries an id that its answer repeats; answers may come in any order. After Subscribe, events follow with
the subscription's id.
"""

from datetime import datetime
from typing import Any

import msgspec

from drover.wire.codec import MAX_FRAME_BYTES, Codec
from drover.wire.custom import ScriptAnswer, ScriptRequest
from drover.wire.devices import Device
from drover.wire.doctor import Finding
from drover.wire.events import Event
from drover.wire.faults import Failure
from drover.wire.leases import LeaseAnswer, LeaseRequest
from drover.wire.materials import MaterialAnswer, MaterialRequest
from drover.wire.tasks import Task, TaskStats

# --- requests ---------------------------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello"):
    """First on every connection. `client` names the program, for the log."""

    version: int
    client: str


class CreateTasks(msgspec.Struct, frozen=True, kw_only=True, tag="create_tasks"):
    """Create tasks, all or none. `start_time` is "HH:MM" local; intervals are minutes.

    `idempotency_key` with `body_digest` (a hash of what was asked) makes a repeat answer as the first did.
    `platform` names the app. None: that of the account; of a name or phone with accounts of several, and without an
    account, TikTok.
    """

    script_name: str
    script_config: dict[str, Any] = {}
    serials: list[str] = []
    usernames: list[str] = []
    enable_multi_account: bool = False
    start_time: str | None = None
    min_interval: int = 0
    max_interval: int = 0
    priority: int = 0
    source: str = "api"
    idempotency_key: str | None = None
    body_digest: str = ""
    platform: str | None = None


class ListTasks(msgspec.Struct, frozen=True, kw_only=True, tag="list_tasks"):
    """One page, newest first; `page` counts from 1."""

    status: int | None = None
    serial: str | None = None
    script_name: str | None = None
    source: str | None = None
    page: int = 1
    page_size: int = 20


class GetTask(msgspec.Struct, frozen=True, kw_only=True, tag="get_task"):
    """One task by id."""

    task_id: int


class StopTask(msgspec.Struct, frozen=True, kw_only=True, tag="stop_task"):
    """Answered when the task has ended, at the latest after ten seconds."""

    task_id: int


class RetryTask(msgspec.Struct, frozen=True, kw_only=True, tag="retry_task"):
    """Put a failed task back to pending; `force` also where its outcome is unknown."""

    task_id: int
    force: bool = False


class RetryAll(msgspec.Struct, frozen=True, kw_only=True, tag="retry_all"):
    """Retry every failed task but those with an unknown outcome."""


class DeleteTasks(msgspec.Struct, frozen=True, kw_only=True, tag="delete_tasks"):
    """Delete tasks; running ones are stopped first. Ids that do not exist are reported."""

    task_ids: list[int]


class GetTaskStats(msgspec.Struct, frozen=True, kw_only=True, tag="get_task_stats"):
    """Ask for the counters."""


class ReadTaskLog(msgspec.Struct, frozen=True, kw_only=True, tag="read_task_log"):
    """Text of a task's log from a byte offset."""

    task_id: int
    offset: int = 0


class FindArtifact(msgspec.Struct, frozen=True, kw_only=True, tag="find_artifact"):
    """Where a task's artifact lies; `name` must be one of the task's evidence."""

    task_id: int
    name: str


class ListDevices(msgspec.Struct, frozen=True, kw_only=True, tag="list_devices"):
    """Ask for every device ever seen."""


class GetDevice(msgspec.Struct, frozen=True, kw_only=True, tag="get_device"):
    """One device by serial."""

    serial: str


class CheckLicense(msgspec.Struct, frozen=True, kw_only=True, tag="check_license"):
    """Ask for the plan."""


class GetStatus(msgspec.Struct, frozen=True, kw_only=True, tag="get_status"):
    """Ask how the daemon is."""


class Subscribe(msgspec.Struct, frozen=True, kw_only=True, tag="subscribe"):
    """Send events from now on, or, with `after`, first the stored ones that came after that id."""

    after: int | None = None


class SetDevice(msgspec.Struct, frozen=True, kw_only=True, tag="set_device"):
    """Change what people wrote about a phone; None leaves it as it is, `tags` replaces them all."""

    serial: str
    note: str | None = None
    tags: list[str] | None = None


class ListAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="list_accounts"):
    """Ask for the registered accounts, or for those that all of the given filters fit."""

    platform: str | None = None
    serial: str | None = None
    enabled: bool | None = None


class GetAccount(msgspec.Struct, frozen=True, kw_only=True, tag="get_account"):
    """One account. `platform` may be left out where the name is registered once."""

    username: str
    platform: str | None = None


class PutAccount(msgspec.Struct, frozen=True, kw_only=True, tag="put_account"):
    """Register an account on a device, or change it; with `new` an account that exists is a conflict.

    `package` names a clone of the app; "" is the app itself.
    """

    username: str
    serial: str
    platform: str = "tiktok"
    enabled: bool = True
    package: str = ""
    note: str = ""
    new: bool = False


class ChangeAccount(msgspec.Struct, frozen=True, kw_only=True, tag="change_account"):
    """Change some fields of an account; None leaves a field as it is."""

    username: str
    platform: str | None = None
    serial: str | None = None
    enabled: bool | None = None
    package: str | None = None
    note: str | None = None


class DeleteAccount(msgspec.Struct, frozen=True, kw_only=True, tag="delete_account"):
    """Forget an account; its tasks stay. `platform` may be left out where the name is registered once."""

    username: str
    platform: str | None = None


class ImportAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="import_accounts"):
    """Register or change every account of a CSV text, all or none; `dry_run` checks and stores nothing."""

    csv: str
    dry_run: bool = False


class ExportAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="export_accounts"):
    """Ask for all accounts as CSV, as ImportAccounts takes it."""


class DiscoverAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="discover_accounts"):
    """Read on an idle phone which accounts an app is logged in with; `register` registers those that are not.

    `package` names a clone; "" is the first installed of the platform's. Answered within 105 seconds.
    """

    serial: str
    platform: str = "tiktok"
    package: str = ""
    register: bool = False


class MakeBackup(msgspec.Struct, frozen=True, kw_only=True, tag="make_backup"):
    """Copy the database, as it is at one moment, to a new file on the daemon's machine; `path` is absolute."""

    path: str


class ReloadConfig(msgspec.Struct, frozen=True, kw_only=True, tag="reload_config"):
    """Read the configuration again; where it is bad, INVALID names line and key and the old one stays in force."""


class Diagnose(msgspec.Struct, frozen=True, kw_only=True, tag="diagnose"):
    """Look at adb, keys, rights, disk, ports and phones; changes nothing."""


class ShowToken(msgspec.Struct, frozen=True, kw_only=True, tag="show_token"):
    """Ask for the API's token; it is made if there is none yet."""


class RotateToken(msgspec.Struct, frozen=True, kw_only=True, tag="rotate_token"):
    """Make a new token; the old one is dead when this is answered."""


class ListAudit(msgspec.Struct, frozen=True, kw_only=True, tag="list_audit"):
    """What was changed by whom, newest first; with `before`, only what came before that id."""

    limit: int = 50
    before: int | None = None


class AnnounceApi(msgspec.Struct, frozen=True, kw_only=True, tag="announce_api"):
    """The shim tells at which URL it answers; holds while its connection lives."""

    url: str


RequestBody = (
    Hello
    | CreateTasks
    | ListTasks
    | GetTask
    | StopTask
    | RetryTask
    | RetryAll
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
    | ListAccounts
    | GetAccount
    | PutAccount
    | ChangeAccount
    | DeleteAccount
    | MakeBackup
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
)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """For whom the HTTP front asks, as the audit shows it. `token_id` is derived from the token and not secret."""

    address: str
    route: str
    token_id: str = ""


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client sends. `caller` is told by the HTTP front only."""

    id: int
    body: RequestBody
    caller: Caller | None = None


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


class TasksCreated(msgspec.Struct, frozen=True, kw_only=True, tag="tasks_created"):
    """The ids, durable before this is sent."""

    task_ids: list[int]


class TaskPage(msgspec.Struct, frozen=True, kw_only=True, tag="task_page"):
    """One page of tasks; `total` counts all that match."""

    total: int
    page: int
    page_size: int
    tasks: list[Task]


class RetriedAll(msgspec.Struct, frozen=True, kw_only=True, tag="retried_all"):
    """How many went back to pending, and the ids left alone because their outcome is unknown."""

    retried_count: int
    skipped: list[int]


class TasksDeleted(msgspec.Struct, frozen=True, kw_only=True, tag="tasks_deleted"):
    """How many are gone, and the ids that did not exist."""

    deleted_count: int
    not_found: list[int]


class LogChunk(msgspec.Struct, frozen=True, kw_only=True, tag="log_chunk"):
    """Log text and the offset at which to go on; `ended` once the task has ended and nothing more will come."""

    text: str
    next_offset: int
    ended: bool


class ArtifactFile(msgspec.Struct, frozen=True, kw_only=True, tag="artifact_file"):
    """An absolute path on the daemon's machine, never shown to a REST client."""

    path: str
    media_type: str


class DeviceList(msgspec.Struct, frozen=True, kw_only=True, tag="device_list"):
    """Devices in the order of their serials."""

    devices: list[Device]


class License(msgspec.Struct, frozen=True, kw_only=True, tag="license"):
    """The plan; field names are the REST contract's."""

    plan_name: str
    api_enabled: bool
    device_limit: int
    message: str


class DaemonStatus(msgspec.Struct, frozen=True, kw_only=True, tag="daemon_status"):
    """How the daemon is. `devices` counts by state; `api_url` is "" while no shim answers.

    `counters` count since its start what was done about trouble: `automation_restart`, `automation_reinstall`,
    `automation_fallback`, `device_reconnect`, `worker_death`.
    """

    daemon_version: str
    boot_id: str
    pid: int
    started_at: datetime
    draining: bool
    api_url: str
    adb: str
    adb_connected: bool
    tasks: TaskStats
    devices: dict[str, int]
    workers: int
    messages_dropped: int = 0
    data_dir: str = ""
    counters: dict[str, int] = {}


class Subscribed(msgspec.Struct, frozen=True, kw_only=True, tag="subscribed"):
    """Events follow; `last_event_id` is the newest stored so far."""

    last_event_id: int


class Account(msgspec.Struct, frozen=True, kw_only=True, tag="account"):
    """An account of the user's and the device that it is logged in on; `package` is "" unless it is in a clone.

    `used_today` counts by script what others may have seen today; `limits` is what a day may have, by script.
    """

    username: str
    serial: str
    platform: str
    enabled: bool
    package: str = ""
    note: str = ""
    used_today: dict[str, int] = {}
    limits: dict[str, int] = {}


class AccountList(msgspec.Struct, frozen=True, kw_only=True, tag="account_list"):
    """Accounts in the order of their names."""

    accounts: list[Account]


class BackupMade(msgspec.Struct, frozen=True, kw_only=True, tag="backup_made"):
    """The copy is whole, checked and durable. `size` in bytes, `rows` by table, `schema` the newest migration in it."""

    path: str
    schema: str
    size: int
    rows: dict[str, int]


class ConfigReloaded(msgspec.Struct, frozen=True, kw_only=True, tag="config_reloaded"):
    """Which keys changed, as `section.key`: those in force now, and those that wait for the next start."""

    applied: list[str]
    after_restart: list[str]


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True, tag="diagnosis"):
    """Everything that was looked at, in the order in which to mend it."""

    findings: list[Finding]


class AccountsImported(msgspec.Struct, frozen=True, kw_only=True, tag="accounts_imported"):
    """How many accounts were new, changed, and as they were already; with `dry_run` what would have been."""

    created: int
    changed: int
    unchanged: int
    dry_run: bool = False


class AccountsCsv(msgspec.Struct, frozen=True, kw_only=True, tag="accounts_csv"):
    """Accounts as CSV with a header row; cells that a spreadsheet would take for formulas begin with an apostrophe."""

    csv: str


class FoundAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account that an app lists. `registered_on` is the serial in the registry, None where it is not there."""

    username: str
    active: bool
    registered_on: str | None = None


class AccountsDiscovered(msgspec.Struct, frozen=True, kw_only=True, tag="accounts_discovered"):
    """What the app lists, in its order, and which names were registered just now."""

    serial: str
    platform: str
    accounts: list[FoundAccount]
    package: str = ""
    registered: list[str] = []


class ApiToken(msgspec.Struct, frozen=True, kw_only=True, tag="api_token"):
    """The token and where it lies; `required` says whether the API asks for it as it is configured now."""

    token: str
    path: str
    required: bool


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One call that was to change something. `code` is 0 where it was carried out; `ids` are what it was about."""

    id: int
    at: datetime
    uid: int
    pid: int
    client: str
    address: str
    token_id: str
    route: str
    action: str
    ids: dict[str, Any]
    code: int


class AuditPage(msgspec.Struct, frozen=True, kw_only=True, tag="audit_page"):
    """Entries, newest first."""

    entries: list[AuditEntry]


ResponseBody = (
    Failure
    | Welcome
    | Done
    | TasksCreated
    | TaskPage
    | Task
    | RetriedAll
    | TasksDeleted
    | TaskStats
    | LogChunk
    | ArtifactFile
    | DeviceList
    | Device
    | License
    | DaemonStatus
    | Subscribed
    | Account
    | AccountList
    | MaterialAnswer
    | BackupMade
    | Diagnosis
    | ConfigReloaded
    | AccountsImported
    | AccountsCsv
    | AccountsDiscovered
    | LeaseAnswer
    | ScriptAnswer
    | ApiToken
    | AuditPage
    | Event
)


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What the daemon sends; `id` repeats the request's."""

    id: int
    body: ResponseBody


REQUESTS: Codec[Request] = Codec(Request, max_bytes=MAX_FRAME_BYTES)
RESPONSES: Codec[Response] = Codec(Response, max_bytes=MAX_FRAME_BYTES)
