"""What REST bodies look like: the types that answers are made of and that the API's description is generated from.

Fields stand in the order of the contract. Stamps are local text, "YYYY-MM-DD HH:MM:SS".
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from drover.wire.accounts import LoginSource
from drover.wire.devices import DeviceState, PhoneCondition, TransportKind
from drover.wire.media import MediaKind, UseState
from drover.wire.tasks import Effect, Phase, Reason

Stamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")]
StatusNumber = Annotated[int, Meta(ge=0, le=3, description="0 pending, 1 running, 2 completed, 3 failed")]
StatusWord = Annotated[str, Meta(pattern="^(pending|running|completed|failed)$")]
TaskId = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0)]


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No field but those listed."""


class TakenFileView(_Shape, frozen=True, kw_only=True):
    """A file that a task took; `material_id` names its item of the library."""

    name: str
    material_id: TaskId | None


class TaskMediaView(_Shape, frozen=True, kw_only=True):
    """What the newest attempt of a `post` took: files, and the texts that came from files next to them, else ""."""

    files: list[TakenFileView]
    captions: str
    sound_name: str
    custom_sound_keyword: str


class TaskView(_Shape, frozen=True, kw_only=True):
    """A task. `script_args` is `script_config` as a JSON string, for older clients; `evidence` names artifacts."""

    id: TaskId
    serial: str
    username: str | None
    script_name: str
    script_config: dict[str, Any]
    script_args: str
    status: StatusNumber
    status_text: StatusWord
    remark: Annotated[str, Meta(description="why it failed or waits, in words")]
    source: str
    start_time: Stamp | None
    end_time: Stamp | None
    created_at: Stamp | None
    scheduled_at: Stamp | None
    retry_count: Count
    max_retry_count: Count
    reason: Reason | None
    effect: Effect
    retry_safe: bool
    attempt: Count
    phase: Phase | None
    progress: Annotated[int, Meta(ge=0, le=100)]
    step: str
    evidence: list[str]
    group_id: str
    priority: int
    hold: Annotated[
        str,
        Meta(
            description="what holds a pending task: pace, limit, paused, trouble, disabled, device_paused or restored; "
            "else empty"
        ),
    ]
    media: TaskMediaView | None
    account: Annotated[str, Meta(description='the handle of the account that it acts as; "" while that is not known')]


class TaskPageView(_Shape, frozen=True, kw_only=True):
    """One page, newest first; `total` counts all that match."""

    total: Count
    page: Annotated[int, Meta(ge=1)]
    page_size: Annotated[int, Meta(ge=1, le=100)]
    tasks: list[TaskView]


class TasksCreatedView(_Shape, frozen=True, kw_only=True):
    """Durable before it is answered."""

    task_ids: list[TaskId]
    created_count: Count


class StatsView(_Shape, frozen=True, kw_only=True):
    """Tasks by status."""

    total: Count
    pending: Count
    running: Count
    completed: Count
    failed: Count


class RetriedView(_Shape, frozen=True, kw_only=True):
    """`skipped` are tasks whose outcome is unknown: they may have had their effect."""

    retried_count: Count
    skipped: list[TaskId]


class ReleasedView(_Shape, frozen=True, kw_only=True):
    """How many may begin now, how many of those begin by looking, and the ids that were left as they are."""

    released_count: Count
    looking_count: Count
    not_held: list[TaskId]
    not_found: list[TaskId]


class DeletedView(_Shape, frozen=True, kw_only=True):
    """How many are gone."""

    deleted_count: Count


class DeletedBatchView(_Shape, frozen=True, kw_only=True):
    """How many are gone, and the ids that did not exist."""

    deleted_count: Count
    not_found: list[TaskId]


class LoginView(_Shape, frozen=True, kw_only=True):
    """An app on a phone was last seen logged in as this account: by whom, and when."""

    platform: str
    package: str
    username: str
    source: LoginSource
    learned_at: Stamp | None


class PauseView(_Shape, frozen=True, kw_only=True):
    """Why nothing begins and until when; `until` null: until it is resumed. Paused `by` drover or by a person."""

    reason: Annotated[
        str,
        Meta(description="captcha, verification, too_fast, suspended, logged_out; of a phone failures; or person"),
    ]
    words: str
    since: Stamp | None
    until: Stamp | None
    by: Annotated[str, Meta(pattern="^(drover|person)$")]
    serial: Annotated[str, Meta(description="the phone where the trouble was seen")]
    task_id: TaskId | None
    times: Annotated[int, Meta(ge=0, description="how often within a week, for pauses that grow")]


class ConnectionView(_Shape, frozen=True, kw_only=True):
    """One transport that adb lists: its name there, what kind it is, adb's own word for its state."""

    name: str
    kind: TransportKind
    state: str
    usb: Annotated[str, Meta(description='the path of its port; "" without a cable')]
    in_use: bool
    proof: Annotated[str, Meta(description="how the phone behind it was recognised, or why it was not")]


class DeviceView(_Shape, frozen=True, kw_only=True):
    """A phone: its state and why, what is known of it, and its queue. Battery in percent, sizes in pixels."""

    serial: str
    state: DeviceState
    reason: str
    state_since: Stamp | None
    deadline: Stamp | None
    model: str
    platform_version: str
    hardware_serial: str
    sdk: int
    width: int
    height: int
    battery: int | None
    engine: str
    apps: Annotated[dict[str, str], Meta(description="package to version")]
    current_task_id: TaskId | None
    queue_length: Count
    last_seen: Stamp | None
    tags: list[str]
    note: str
    transports: Annotated[
        list[str],
        Meta(description="its connections where it has several or one of another name, the one in use first"),
    ]
    connections: Annotated[list[ConnectionView], Meta(description="every transport that adb lists of it now")]
    pause: Annotated[PauseView | None, Meta(description="there while no task begins on it; leases stay possible")]
    condition: Annotated[
        PhoneCondition | None,
        Meta(description="what keeps a phone that answers from getting tasks; reason says what helps"),
    ]
    logins: Annotated[list[LoginView], Meta(description="the accounts that its apps were last seen with")]


class DevicePauseView(DeviceView, frozen=True, kw_only=True):
    """The phone as it is now; `changed` is false where a resume found nothing to end."""

    changed: bool


class DeviceForgottenView(_Shape, frozen=True, kw_only=True):
    """A phone that is remembered no more, and how many of its tasks and accounts went with it."""

    serial: str
    deleted_tasks: Count
    deleted_accounts: Count


class DeviceListView(_Shape, frozen=True, kw_only=True):
    """Every phone ever seen."""

    total: Count
    devices: list[DeviceView]


class AccountView(_Shape, frozen=True, kw_only=True):
    """A registered account and the phone that it is logged in on."""

    username: str
    serial: str
    platform: str
    package: Annotated[str, Meta(description='the clone it is in; "" for the app itself')]
    enabled: bool
    note: str
    used_today: Annotated[dict[str, int], Meta(description="by script")]
    limits: Annotated[dict[str, int], Meta(description="of a day, by script")]
    state: Annotated[str, Meta(pattern="^(enabled|disabled|paused)$")]
    pause: Annotated[PauseView | None, Meta(description="there while no task of it begins")]


class AccountPauseView(AccountView, frozen=True, kw_only=True):
    """The account as it is now; `changed` is false where a resume found nothing to end."""

    changed: bool


class AccountListView(_Shape, frozen=True, kw_only=True):
    """Every registered account."""

    total: Count
    accounts: list[AccountView]


class AccountsImportedView(_Shape, frozen=True, kw_only=True):
    """How many accounts were new, changed, and as they were already; with `dry_run` what would have been."""

    created_count: Count
    changed_count: Count
    unchanged_count: Count
    dry_run: bool


class FoundAccountView(_Shape, frozen=True, kw_only=True):
    """An account that an app lists; `registered_on` is a serial."""

    username: str
    active: bool
    registered_on: str | None


class DiscoveredView(_Shape, frozen=True, kw_only=True):
    """What an app on a phone is logged in with, and which names were registered just now."""

    serial: str
    platform: str
    package: str
    registered: list[str]
    accounts: list[FoundAccountView]


class MaterialView(_Shape, frozen=True, kw_only=True):
    """An item of the media library. Sizes in bytes and pixels, `duration_s` in seconds, null for a picture."""

    id: TaskId
    name: str
    kind: MediaKind
    media_type: str
    size: Count
    width: Count
    height: Count
    duration_s: float | None
    sha256: str
    tags: list[str]
    note: str
    created_at: Stamp | None
    used_by: Annotated[list[str], Meta(description="the accounts that used or reserved it, in words")]
    available: Annotated[bool, Meta(description="whether a task of an account that did not use it may choose it")]


class MaterialAddedView(MaterialView, frozen=True, kw_only=True):
    """The item; `existing` if the library held it already; `warnings` say which apps do not take it, and why."""

    existing: bool
    warnings: list[str]


class MaterialUseView(_Shape, frozen=True, kw_only=True):
    """Which account used an item, for which task."""

    account: str
    who: Annotated[str, Meta(description="the account in words")]
    task_id: TaskId
    state: UseState
    at: Stamp | None


class MaterialDetailView(MaterialView, frozen=True, kw_only=True):
    """An item and who used it, newest use first."""

    uses: list[MaterialUseView]


class MaterialPageView(_Shape, frozen=True, kw_only=True):
    """One page, newest first; `total` counts all that match."""

    total: Count
    page: Annotated[int, Meta(ge=1)]
    page_size: Annotated[int, Meta(ge=1, le=100)]
    materials: list[MaterialView]


class LicenceView(_Shape, frozen=True, kw_only=True):
    """The plan. `device_limit` is how many devices may run something at the same moment."""

    plan_name: str
    api_enabled: bool
    device_limit: Annotated[int, Meta(ge=1)]
    message: str


class HealthView(_Shape, frozen=True, kw_only=True):
    """Is the daemon up, does it take work, does adb answer. `devices` counts by state.

    `status` is `degraded` while something cannot be taken; `cannot_take` says what and why.
    """

    status: Annotated[str, Meta(pattern="^(ok|degraded|draining)$")]
    daemon_version: str
    boot_id: str
    adb_connected: bool
    workers: Count
    devices: dict[str, int]
    tasks: StatsView
    held: Annotated[int, Meta(ge=0, description="tasks that wait for what is paused or disabled")]
    restored: Annotated[int, Meta(ge=0, description="tasks that wait for a release since a backup was restored")]
    counters: Annotated[dict[str, int], Meta(description="what was done about trouble since the start, by name")]
    not_ready: Annotated[dict[str, str], Meta(description="phones that wait for a person, each with what helps")]
    cannot_take: Annotated[
        dict[str, str],
        Meta(description="`tasks` while new ones are refused, `evidence` while logs and evidence are lost, with why"),
    ]
    api_socket: Annotated[str, Meta(description='the Unix socket on which the API answers; "" without one')]


class ScriptView(_Shape, frozen=True, kw_only=True):
    """A name that a task may have. `parameters` is a JSON schema, for plugins; `usable` is False for a broken one."""

    name: str
    kind: Annotated[str, Meta(pattern="^(built_in|python|command)$")]
    summary: str
    effect: Annotated[str, Meta(description="what others can see; empty where that is nothing, or not known")]
    retry_safe: bool
    settles: bool
    platform: str | None
    timeout_s: float | None
    parameters: dict[str, Any] | None
    usable: bool


class ScriptListView(_Shape, frozen=True, kw_only=True):
    """Built-in scripts first."""

    total: Count
    scripts: list[ScriptView]
