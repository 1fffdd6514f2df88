"""What answers look like: a view for each struct of the wire that REST clients see, its fields in the contract's order.

The API's description is generated from these (openapi.py). What no view names stays here: paths of files, commands of
scripts, process ids.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from drover.wire.accounts import Account, AccountList, AccountsDiscovered, AccountsImported, FoundAccount, Login
from drover.wire.custom import ScriptInfo, ScriptList
from drover.wire.daemon import DaemonStatus, License
from drover.wire.devices import Connection, Device, DeviceForgotten, DeviceList, DeviceState
from drover.wire.holds import Pause
from drover.wire.leases import MAX_TTL_S, Lease, LeaseTaken
from drover.wire.materials import Material, MaterialAdded, MaterialDetail, MaterialPage, MaterialUse
from drover.wire.media import TakenFile, TaskMedia
from drover.wire.pauses import AccountPause, DevicePause
from drover.wire.tasks import (
    RetriedAll,
    Status,
    Task,
    TaskPage,
    TasksCreated,
    TasksDeleted,
    TasksReleased,
    TaskStats,
)
from drover_shim.view import As, View

StatusNumber = Annotated[int, Meta(ge=0, le=3, description="0 pending, 1 running, 2 completed, 3 failed")]
StatusWord = Annotated[str, Meta(pattern="^(pending|running|completed|failed)$")]
TaskId = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0)]
Page = Annotated[int, Meta(ge=1)]
PageSize = Annotated[int, Meta(ge=1, le=100)]


class DeletedView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many are gone."""

    deleted_count: Count


class LeaseReleasedView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The phone was given back."""

    released: bool


# --- tasks

TAKEN_FILE: Final = View(
    "TakenFileView",
    TakenFile,
    "A file that a task took; `material_id` names its item of the library.",
    "name material_id",
    material_id=TaskId | None,
)
TASK_MEDIA: Final = View(
    "TaskMediaView",
    TaskMedia,
    'What the newest attempt of a `post` took: files, and the texts that came from files next to them, else "".',
    "files captions sound_name custom_sound_keyword",
    files=TAKEN_FILE,
)
STATUS_TEXT: Final = {status: status.name.lower() for status in Status}
_HOLD: Final = (
    "what holds a pending task: pace, limit, paused, trouble, disabled, device_paused or restored; else empty"
)
TASK: Final = View(
    "TaskView",
    Task,
    "A task. `script_args` is `script_config` as a JSON string, for older clients; `evidence` names artifacts.",
    "id serial username script_name script_config script_args=script_config status status_text=status remark source "
    "start_time end_time created_at scheduled_at retry_count max_retry_count reason effect retry_safe attempt phase "
    "progress step evidence group_id priority hold media account",
    id=TaskId,
    script_args=As(kind=str, by=lambda config: msgspec.json.encode(config).decode()),
    status=StatusNumber,
    status_text=As(kind=StatusWord, by=STATUS_TEXT.__getitem__),
    remark=As(about="why it failed or waits, in words"),
    retry_count=Count,
    max_retry_count=Count,
    attempt=Count,
    progress=Annotated[int, Meta(ge=0, le=100)],
    hold=As(about=_HOLD),
    media=TASK_MEDIA,
    account=As(about='the handle of the account that it acts as; "" while that is not known'),
)
TASK_PAGE: Final = View(
    "TaskPageView",
    TaskPage,
    "One page, newest first; `total` counts all that match.",
    "total page page_size tasks",
    total=Count,
    page=Page,
    page_size=PageSize,
    tasks=TASK,
)
TASKS_CREATED: Final = View(
    "TasksCreatedView",
    TasksCreated,
    "Durable before it is answered.",
    "task_ids created_count=task_ids",
    task_ids=list[TaskId],
    created_count=As(kind=Count, by=len),
)
STATS: Final = View(
    "StatsView",
    TaskStats,
    "Tasks by status.",
    "total pending running completed failed",
    **dict.fromkeys(("total", "pending", "running", "completed", "failed"), Count),
)
RETRIED: Final = View(
    "RetriedView",
    RetriedAll,
    "`skipped` are tasks whose outcome is unknown: they may have had their effect.",
    "retried_count skipped",
    retried_count=Count,
    skipped=list[TaskId],
)
TASKS_RELEASED: Final = View(
    "TasksReleasedView",
    TasksReleased,
    "How many may begin now, how many of those begin by looking, and the ids that were left as they are.",
    "released_count looking_count not_held not_found",
    released_count=Count,
    looking_count=Count,
    not_held=list[TaskId],
    not_found=list[TaskId],
)
DELETED_BATCH: Final = View(
    "DeletedBatchView",
    TasksDeleted,
    "How many are gone, and the ids that did not exist.",
    "deleted_count not_found",
    deleted_count=Count,
    not_found=list[TaskId],
)

# --- phones

LOGIN: Final = View(
    "LoginView",
    Login,
    "An app on a phone was last seen logged in as this account: by whom, and when.",
    "platform package username source learned_at",
)
PAUSE: Final = View(
    "PauseView",
    Pause,
    "Why nothing begins and until when; `until` null: until it is resumed. Paused `by` drover or by a person.",
    "reason words since until by serial task_id times",
    reason=As(about="captcha, verification, too_fast, suspended, logged_out; of a phone failures; or person"),
    by=Annotated[str, Meta(pattern="^(drover|person)$")],
    serial=As(about="the phone where the trouble was seen"),
    task_id=TaskId | None,
    times=As(kind=Count, about="how often within a week, for pauses that grow"),
)
CONNECTION: Final = View(
    "ConnectionView",
    Connection,
    "One transport that adb lists: its name there, what kind it is, adb's own word for its state.",
    "name kind state usb in_use proof",
    usb=As(about='the path of its port; "" without a cable'),
    proof=As(about="how the phone behind it was recognised, or why it was not"),
)
DEVICE: Final = View(
    "DeviceView",
    Device,
    "A phone: its state and why, what is known of it, and its queue. Battery in percent, sizes in pixels.",
    "serial state reason state_since deadline facts.model facts.platform_version facts.hardware_serial facts.sdk "
    "facts.width facts.height facts.battery facts.engine facts.apps current_task_id=task_id queue_length=queued "
    "last_seen tags note transports connections pause condition logins",
    apps=As(about="package to version"),
    current_task_id=TaskId | None,
    queue_length=Count,
    transports=As(about="its connections where it has several or one of another name, the one in use first"),
    connections=As(kind=CONNECTION, about="every transport that adb lists of it now"),
    pause=As(kind=PAUSE, about="there while no task begins on it; leases stay possible"),
    condition=As(about="what keeps a phone that answers from getting tasks; reason says what helps"),
    logins=As(kind=LOGIN, about="the accounts that its apps were last seen with"),
)
DEVICE_PAUSE: Final = View(
    "DevicePauseView",
    DevicePause,
    "The phone as it is now; `changed` is false where a resume found nothing to end.",
    "device.* changed",
    device=DEVICE,
)
DEVICE_FORGOTTEN: Final = View(
    "DeviceForgottenView",
    DeviceForgotten,
    "A phone that is remembered no more, and how many of its tasks and accounts went with it.",
    "serial deleted_tasks=tasks deleted_accounts=accounts",
    deleted_tasks=Count,
    deleted_accounts=Count,
)
DEVICE_LIST: Final = View(
    "DeviceListView",
    DeviceList,
    "Every phone ever seen.",
    "total=devices devices",
    total=As(kind=Count, by=len),
    devices=DEVICE,
)

# --- accounts

ACCOUNT: Final = View(
    "AccountView",
    Account,
    "A registered account and the phone that it is logged in on.",
    "username serial platform package enabled note used_today limits state pause",
    package=As(about='the clone it is in; "" for the app itself'),
    used_today=As(about="by script"),
    limits=As(about="of a day, by script"),
    state=Annotated[str, Meta(pattern="^(enabled|disabled|paused)$")],
    pause=As(kind=PAUSE, about="there while no task of it begins"),
)
ACCOUNT_PAUSE: Final = View(
    "AccountPauseView",
    AccountPause,
    "The account as it is now; `changed` is false where a resume found nothing to end.",
    "account.* changed",
    account=ACCOUNT,
)
ACCOUNT_LIST: Final = View(
    "AccountListView",
    AccountList,
    "Every registered account.",
    "total=accounts accounts",
    total=As(kind=Count, by=len),
    accounts=ACCOUNT,
)
ACCOUNTS_IMPORTED: Final = View(
    "AccountsImportedView",
    AccountsImported,
    "How many accounts were new, changed, and as they were already; with `dry_run` what would have been.",
    "created_count=created changed_count=changed unchanged_count=unchanged dry_run",
    **dict.fromkeys(("created_count", "changed_count", "unchanged_count"), Count),
)
FOUND_ACCOUNT: Final = View(
    "FoundAccountView",
    FoundAccount,
    "An account that an app lists; `registered_on` is a serial.",
    "username active registered_on",
)
DISCOVERED: Final = View(
    "DiscoveredView",
    AccountsDiscovered,
    "What an app on a phone is logged in with, and which names were registered just now.",
    "serial platform package registered accounts",
    accounts=FOUND_ACCOUNT,
)

# --- the media library

MATERIAL: Final = View(
    "MaterialView",
    Material,
    "An item of the media library. Sizes in bytes and pixels, `duration_s` in seconds, null for a picture.",
    "id name kind media_type size width height duration_s sha256 tags note created_at used_by available",
    id=TaskId,
    **dict.fromkeys(("size", "width", "height"), Count),
    used_by=As(about="the accounts that used or reserved it, in words"),
    available=As(about="whether a task of an account that did not use it may choose it"),
)
MATERIAL_ADDED: Final = View(
    "MaterialAddedView",
    MaterialAdded,
    "The item; `existing` if the library held it already; `warnings` say which apps do not take it, and why.",
    "material.* existing warnings",
    material=MATERIAL,
)
MATERIAL_USE: Final = View(
    "MaterialUseView",
    MaterialUse,
    "Which account used an item, for which task.",
    "account who task_id state at",
    who=As(about="the account in words"),
    task_id=TaskId,
)
MATERIAL_DETAIL: Final = View(
    "MaterialDetailView",
    MaterialDetail,
    "An item and who used it, newest use first.",
    "material.* uses",
    material=MATERIAL,
    uses=MATERIAL_USE,
)
MATERIAL_PAGE: Final = View(
    "MaterialPageView",
    MaterialPage,
    "One page, newest first; `total` counts all that match.",
    "total page page_size materials",
    total=Count,
    page=Page,
    page_size=PageSize,
    materials=MATERIAL,
)

# --- leases

PHONE: Final = View(
    "PhoneView",
    Device,
    "An online phone, as clients that want to lease one look at it.",
    "serial busy=state facts.model facts.platform_version facts.sdk facts.width facts.height facts.battery "
    "facts.engine state reason task_id",
    busy=As(kind=bool, by=lambda state: state is not DeviceState.IDLE),
    task_id=TaskId | None,
)
LEASE: Final = View(
    "LeaseView",
    Lease,
    "A lease as anyone may see it; `expires_at` is null for one that ends with its task.",
    "serial label ttl_secs=ttl_s taken_at expires_at calls task_id",
    ttl_secs=Annotated[int, Meta(ge=0, le=MAX_TTL_S)],
    calls=Count,
    task_id=TaskId | None,
)
LEASE_TAKEN: Final = View(
    "LeaseTakenView",
    LeaseTaken,
    "A lease as its holder sees it; the id is shown only here.",
    "lease.* session_id=session",
    lease=LEASE,
)

# --- the daemon and its scripts

LICENCE: Final = View(
    "LicenceView",
    License,
    "The plan. `device_limit` is how many devices may run something at the same moment.",
    "plan_name api_enabled device_limit message",
    device_limit=Annotated[int, Meta(ge=1)],
)
HEALTH: Final = View(
    "HealthView",
    DaemonStatus,
    "Is the daemon up, does it take work, does adb answer. `devices` counts by state.\n\n"
    "`status` is `degraded` while something cannot be taken; `cannot_take` says what and why.",
    "status=health daemon_version boot_id adb_connected workers devices tasks held restored counters not_ready "
    "cannot_take api_socket",
    status=Annotated[str, Meta(pattern="^(ok|degraded|draining)$")],
    workers=Count,
    tasks=STATS,
    held=As(kind=Count, about="tasks that wait for what is paused or disabled"),
    restored=As(kind=Count, about="tasks that wait for a release since a backup was restored"),
    counters=As(about="what was done about trouble since the start, by name"),
    not_ready=As(about="phones that wait for a person, each with what helps"),
    cannot_take=As(about="`tasks` while new ones are refused, `evidence` while logs and evidence are lost, with why"),
    api_socket=As(about='the Unix socket on which the API answers; "" without one'),
)
SCRIPT: Final = View(
    "ScriptView",
    ScriptInfo,
    "A name that a task may have. `parameters` is a JSON schema, for plugins; `usable` is False for a broken one.",
    "name kind summary effect retry_safe settles=reconciles platform timeout_s parameters usable=fault",
    kind=Annotated[str, Meta(pattern="^(built_in|python|command)$")],
    effect=As(about="what others can see; empty where that is nothing, or not known"),
    platform=As(kind=str | None, by=lambda platform: platform or None),
    parameters=As(kind=dict[str, Any] | None, by=lambda parameters: parameters or None),
    usable=As(kind=bool, by=lambda fault: not fault),
)
SCRIPT_LIST: Final = View(
    "ScriptListView",
    ScriptList,
    "Built-in scripts first.",
    "total=scripts scripts",
    total=As(kind=Count, by=len),
    scripts=SCRIPT,
)
