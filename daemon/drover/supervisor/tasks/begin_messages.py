"""The message to a worker about an attempt that begins: all of it, since the worker asks nothing back."""

from drover.policy import attempt_deadline, folder_texts
from drover.policy.pace import handle_of
from drover.policy.records import Attempt
from drover.supervisor.api_address import ApiAddress
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.tasks.task_media import TaskMedia
from drover.wire.custom import CommandSpec, ManagedRun
from drover.wire.media import MediaFile
from drover.wire.tasks import Task
from drover.wire.worker import Begin


class BeginMessages:
    """Composed of the configuration in force, the script as it is registered now, and where the task's files lie."""

    def __init__(
        self, settings: Settings, scripts: Scripts, media: TaskMedia, leases: PhoneLeases, address: ApiAddress
    ) -> None:
        self._settings = settings
        self._scripts = scripts
        self._media = media
        self._leases = leases
        self._address = address

    def deadline_s(self, task: Task) -> float:
        """How long an attempt of this task may take."""
        spec = self._scripts.command(task.script_name)
        allowed_s = self._settings.config.tasks.attempt_timeout_s
        return attempt_deadline.attempt_s(task.script_config, allowed_s) if spec is None else spec.timeout_s

    def compose(self, attempt: Attempt, task: Task, files: list[MediaFile]) -> Begin:
        """The message about an attempt that runs from now on."""
        config = self._settings.config
        spec = self._scripts.command(task.script_name)
        return Begin(
            fence=attempt.fence,
            task_id=task.id,
            attempt=attempt.attempt,
            script_name=task.script_name,
            script_config=folder_texts.with_texts(task.script_config, task.media),
            username=task.username,
            platform=attempt.platform,
            package=attempt.package or (spec.package if spec else ""),
            folder=str(config.task_folder(task.id)),
            deadline_s=self.deadline_s(task),
            reconcile=attempt.reconcile,
            media=self._media.located(files),
            media_roots=self._media.worker_roots if files else [],
            account=handle_of(attempt.account),
            logged_in_as=attempt.logged_in_as,
            managed=None if spec is None else self._managed(spec, task),
        )

    def _managed(self, spec: CommandSpec, task: Task) -> ManagedRun:
        """What the worker needs to run the command; the phone is leased for it from here on."""
        config = self._settings.config
        session = self._leases.for_task(task.serial, task.id, f"{task.script_name}, task {task.id}").session
        token_file = str(config.token_path) if config.api.require_token else ""
        api = self._address.for_scripts()
        return ManagedRun(spec=spec, session=session, api_base=api.url, api_socket=api.socket, token_file=token_file)
