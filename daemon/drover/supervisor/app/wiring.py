"""How the daemon's components are put together: each folder's from those below it. Nothing here runs by itself."""

from drover.policy import phone_commands as c
from drover.store import devices, events
from drover.store.store import Store
from drover.supervisor.api.audit import Audited
from drover.supervisor.api.handlers import Handlers
from drover.supervisor.api.server import ControlServer
from drover.supervisor.api.state import VERSION, DaemonState
from drover.supervisor.app.command_loop import CommandLoop
from drover.supervisor.app.device_journal import DeviceJournal
from drover.supervisor.app.runtime_dir import RuntimeDir
from drover.supervisor.app.worker_reports import WorkerReports
from drover.supervisor.core import Boot, Core
from drover.supervisor.devices.components import DeviceComponents
from drover.supervisor.leases.components import LeaseComponents
from drover.supervisor.tasks.components import TaskComponents
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.upkeep.adb_server import AdbServer
from drover.supervisor.upkeep.components import UpkeepComponents
from drover.supervisor.upkeep.gateway_process import GatewayProcess
from drover.supervisor.upkeep.retention import Retention
from drover.supervisor.workers.pool import WorkerPool


async def components(boot: Boot, store: Store, workers: WorkerPool, scripts: Scripts, endings: Endings) -> DaemonState:
    """All components, on a store that start-up recovery has reconciled."""
    config = boot.settings.config
    core = Core(boot, store, await store.read(events.last_id))
    retention = Retention(boot.settings, store, config.task_folders)
    adb_server = AdbServer(boot.settings, config.data_dir / "adb-server.log")
    phones = DeviceComponents(core, workers, retention, adb_server, await store.read(devices.all))
    leases = LeaseComponents(core, phones)
    tasks = TaskComponents(core, phones, leases, scripts, endings)
    await tasks.materials.prepare()
    leases.direct.prepare()
    return DaemonState(core, phones, leases, tasks, UpkeepComponents(core, tasks, retention, VERSION))


def command_loop(state: DaemonState) -> CommandLoop:
    """Who carries out which command."""
    core, workers, tasks, leases = state.core, state.devices.workers, state.tasks, state.leases
    journal = DeviceJournal(core.store, core.event_feed, state.devices.registry, core.jobs, core.boot.id)
    return CommandLoop(
        state.devices.registry,
        {
            c.KeepWorker: workers.on_keep,
            c.EndWorker: workers.on_end,
            c.Send: workers.on_send,
            c.RecordWorker: journal.on_record_worker,
            c.Publish: journal.on_publish,
            c.ForgetLogins: journal.on_forget_logins,
            c.NoteFlapping: journal.on_flapping,
            c.WakeDispatcher: core.signal.on_wake,
            c.CloseAttempt: tasks.running.on_close,
            c.LookForLeftovers: tasks.gallery_cleanup.on_look,
            c.EndLease: leases.leases.on_end,
            c.EndCalls: leases.direct.on_end,
            c.FailScan: leases.account_reader.on_fail,
        },
    )


def worker_reports(state: DaemonState) -> WorkerReports:
    """Who hears of the workers."""
    devices, leases = state.devices, state.leases
    return WorkerReports(
        devices.registry,
        devices.identification,
        state.tasks.running,
        leases.direct,
        leases.account_reader,
        state.core.tallies,
    )


def control_server(state: DaemonState, runtime: RuntimeDir) -> ControlServer:
    """What answers on the control socket."""
    audited = Audited(Handlers(state), state.core.store)
    return ControlServer(runtime.control_socket, audited, state.welcome, state.core.tallies)


def gateway(state: DaemonState, runtime: RuntimeDir) -> GatewayProcess:
    """The process that serves HTTP."""
    config = state.core.settings.config
    return GatewayProcess(
        config,
        control_socket=runtime.control_socket,
        unix_socket=config.api_socket(runtime.path),
        spool=state.tasks.library_folder.incoming,
    )
