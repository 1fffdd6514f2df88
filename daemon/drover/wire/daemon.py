"""The daemon itself: how it is, its plan, its configuration, and where its API answers."""

from datetime import datetime

import msgspec

from drover.wire.holds import Pause
from drover.wire.tasks import TaskStats


class CheckLicense(msgspec.Struct, frozen=True, kw_only=True, tag="check_license"):
    """Ask for the plan."""


class GetStatus(msgspec.Struct, frozen=True, kw_only=True, tag="get_status"):
    """Ask how the daemon is."""


class ReloadConfig(msgspec.Struct, frozen=True, kw_only=True, tag="reload_config"):
    """Read the configuration again; where it is bad, INVALID names line and key and the old one stays in force."""


class AnnounceApi(msgspec.Struct, frozen=True, kw_only=True, tag="announce_api"):
    """The shim tells at which URL, and on which Unix socket, it answers; "" where it has none.

    Holds while its connection lives.
    """

    url: str
    socket: str = ""


class License(msgspec.Struct, frozen=True, kw_only=True, tag="license"):
    """The plan; field names are the REST contract's."""

    plan_name: str
    api_enabled: bool
    device_limit: int
    message: str


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """What the daemon has done since its start: `requests` that the control socket took, `writes` to the database and
    the `commits` that they shared, `reads` of it. What one task costs of each is in the tests (test_task_budget.py)."""

    requests: int = 0
    commits: int = 0
    writes: int = 0
    reads: int = 0


class DaemonStatus(msgspec.Struct, frozen=True, kw_only=True, tag="daemon_status"):
    """How the daemon is. `devices` counts by state; `api_url` and `api_socket` are "" while no shim answers
    there: by TCP, on a Unix socket.

    `counters` count since its start what was done about trouble: `automation_restart`, `automation_reinstall`,
    `automation_fallback`, `device_reconnect`, `worker_death`. `pauses` are the accounts and phones on which
    nothing begins; `held` counts the pending tasks that wait for those or for a disabled account.
    `restored` counts pending tasks that wait for a release since a backup was restored, `restored_blind` those of them
    that cannot look whether they were done since. `not_ready` names phones that answer and get no task
    until a person has done what is said. `cannot_take` says what is refused or lost now, and why: `tasks` where the
    database takes nothing, `evidence` where logs and evidence of tasks cannot be kept.
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
    restored: int = 0
    restored_blind: int = 0
    pauses: list[Pause] = []
    held: int = 0
    not_ready: dict[str, str] = {}
    cannot_take: dict[str, str] = {}
    api_socket: str = ""
    activity: Activity = Activity()

    @property
    def health(self) -> str:
        """`draining`, `degraded` while something cannot be taken, or `ok`."""
        return "draining" if self.draining else "degraded" if self.cannot_take else "ok"


class ConfigReloaded(msgspec.Struct, frozen=True, kw_only=True, tag="config_reloaded"):
    """Which keys changed, as `section.key`: those in force now, and those that wait for the next start."""

    applied: list[str]
    after_restart: list[str]
