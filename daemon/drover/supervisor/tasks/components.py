"""The components that accept tasks, begin them and see them to their end, made in their order."""

from drover.media import limits
from drover.media.inspector import Inspector
from drover.media.library import LibraryFolder
from drover.supervisor.core import Core
from drover.supervisor.devices.components import DeviceComponents
from drover.supervisor.leases.components import LeaseComponents
from drover.supervisor.tasks.acceptance import Acceptance
from drover.supervisor.tasks.attempt_starter import AttemptStarter
from drover.supervisor.tasks.begin_messages import BeginMessages
from drover.supervisor.tasks.dispatcher import Dispatcher
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.tasks.gallery_cleanup import GalleryCleanup
from drover.supervisor.tasks.intake import Intake
from drover.supervisor.tasks.library import MaterialLibrary
from drover.supervisor.tasks.planner import TaskPlanner
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.tasks.stop import Stopping
from drover.supervisor.tasks.task_media import TaskMedia


class TaskComponents:
    """`scripts` and `endings` are there before the others: a start closes attempts by them."""

    def __init__(
        self, core: Core, devices: DeviceComponents, leases: LeaseComponents, scripts: Scripts, endings: Endings
    ) -> None:
        store, settings, registry = core.store, core.settings, devices.registry
        # Two, because reading all of a large upload must not keep a request waiting that names a file.
        self.inspectors = (Inspector(), Inspector())
        self.library_folder = LibraryFolder(settings.config.library_dir)
        max_bytes = settings.config.media.max_upload_mb * 1_000_000
        self.materials = MaterialLibrary(
            settings, store, self.library_folder, self.inspectors[0], limits.limits(), max_bytes
        )
        self.media = TaskMedia(
            settings, store, self.inspectors[1], self.library_folder.copies, limits.limits(), limits.texts()
        )
        self.scripts = scripts
        planner = TaskPlanner(settings, store, devices.transports, scripts)
        self.acceptance = Acceptance(registry, scripts, planner, self.media, Intake(store, core.signal))
        self.running = RunningAttempts(store, core.event_feed, registry, devices.workers, settings, endings)
        self.stopping = Stopping(store, self.running, devices.workers, core.signal)
        self.gallery_cleanup = GalleryCleanup(store, registry, core.jobs)
        messages = BeginMessages(settings, scripts, self.media, leases.leases, core.address)
        starter = AttemptStarter(store, registry, self.running, self.media, messages, core.boot.id)
        self.dispatcher = Dispatcher(settings, store, registry, leases.leases, starter, core.signal)
