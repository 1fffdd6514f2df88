"""The in-memory model behind the fake daemon: tasks, devices and accounts with the rules of the REST contract."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec

from drover import token_file
from drover.policy import accounts_csv, audit
from drover.policy.accounts import changed, checked, key_of, merged, place_faults, refuse, the_one
from drover.policy.devices import description_faults
from drover.policy.pause_requests import reason_of, until_of
from drover.wire import control as c
from drover.wire.accounts import Login, LoginSource
from drover.wire.backups import MissingFile
from drover.wire.devices import Device, DeviceFacts, DeviceState
from drover.wire.doctor import Finding, Level
from drover.wire.events import DeviceChanged, Event, EventBody, StreamReset, TaskChanged, TaskDeleted, TaskProgressed
from drover.wire.faults import Code, Failure, RequestError
from drover.wire.holds import PERSON, Pause, PauseSubject
from drover.wire.pauses import (
    AccountPause,
    DevicePause,
    PauseAccount,
    Paused,
    PauseDevice,
    ResumeAccount,
    Resumed,
    ResumeDevice,
)
from drover.wire.scripts import AppName
from drover.wire.tasks import Effect, Phase, Reason, Status, Task, TaskStats
from tests.support.lease_model import LeaseModel
from tests.support.material_model import MaterialModel
from tests.support.script_model import ScriptModel

Push = Callable[[Event], None]
LIMITS = {"follow": 60, "unfollow": 60, "post": 5}
AT = datetime(2026, 11, 24, 12, 30, 15, 250000, tzinfo=UTC)
LOGIN = Login(
    serial="192.168.0.7:5555",
    platform="tiktok",
    package="com.zhiliaoapp.musically",
    main=False,
    username="me",
    source=LoginSource.SCRIPT,
    app_version="43.1.4",
    learned_at=AT,
)


class DaemonModel(MaterialModel, LeaseModel, ScriptModel):
    """Answers every request of the control conversation. Time moves only when a test moves a task."""

    def __init__(self, *, plan: str = "Pro", zone: str = "Europe/Paris", folder: Path | None = None) -> None:
        MaterialModel.__init__(self, folder)
        LeaseModel.__init__(self)
        ScriptModel.__init__(self)
        self.plan = plan
        self.zone = ZoneInfo(zone)
        self.folder = folder
        self.boot_id = "boot-1"
        self.api_url = ""
        self.api_socket = ""
        self.lock = threading.RLock()
        self.tasks: dict[int, Task] = {}
        self.accounts: dict[tuple[str, str], c.Account] = {}
        self.logged_in: dict[tuple[str, str], list[str]] = {}
        """What the app of a platform lists on a phone, by (serial, platform); the first is the active one."""
        self.logs: dict[int, str] = {}
        self.audit: list[c.AuditEntry] = []
        self.missing: list[MissingFile] = []
        self.token_file = (folder or Path()) / "api-token"
        self.refuse: RequestError | None = None
        self.broken = False
        self._keys: dict[str, tuple[str, list[int]]] = {}
        self._events: list[Event] = []
        self._subscribers: list[Push] = []
        self._next_id = 1

    # --- what tests do ---------------------------------------------------------------------------------------

    def add_device(self, serial: str, **changes: Any) -> Device:
        facts = DeviceFacts(model="Pixel 7", platform_version="14", sdk=34, battery=81, engine="uiautomator2")
        device = Device(
            serial=serial, state=DeviceState.IDLE, facts=facts, state_since=self.now(), last_seen=self.now()
        )
        device = msgspec.structs.replace(device, **changes)
        with self.lock:
            self.devices[serial] = device
            self._emit(DeviceChanged(device=device))
        return device

    def change(self, task_id: int, **changes: Any) -> Task:
        """Change a task and tell the subscribers."""
        with self.lock:
            task = msgspec.structs.replace(self.tasks[task_id], **changes)
            self.tasks[task_id] = task
            self._emit(TaskChanged(task=task))
        return task

    def progress(self, task_id: int, step: str, percent: int, phase: Phase = Phase.PREPARE) -> None:
        with self.lock:
            task = msgspec.structs.replace(self.tasks[task_id], step=step, progress=percent, phase=phase)
            self.tasks[task_id] = task
            self._emit(
                TaskProgressed(
                    task_id=task_id, serial=task.serial, attempt=1, phase=phase, step=step, progress=percent
                ),
                stored=False,
            )

    def reset(self, why: str) -> None:
        """Tell the subscribers that some events are missing."""
        with self.lock:
            self._emit(StreamReset(why=why))

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC) + timedelta(seconds=self._next_id)

    # --- events ----------------------------------------------------------------------------------------------

    @property
    def last_event_id(self) -> int:
        return self._events[-1].id if self._events else 0

    @property
    def subscriber_count(self) -> int:
        return len(self._subscribers)

    def stored_after(self, after: int | None) -> list[Event]:
        if after is not None and after > self.last_event_id:
            why = f"event {after} was never given here; read what you follow again"
            return [Event(id=self.last_event_id, at=self.now(), body=StreamReset(why=why))]
        return [] if after is None else [event for event in self._events if event.id > after]

    def subscribe(self, push: Push) -> None:
        self._subscribers.append(push)

    def unsubscribe(self, push: Push) -> None:
        with self.lock:
            self._subscribers = [other for other in self._subscribers if other != push]

    def _emit(self, body: EventBody, *, stored: bool = True) -> None:
        event = Event(id=self.last_event_id + 1 if stored else 0, at=self.now(), body=body)
        if stored:
            self._events.append(event)
        for push in self._subscribers:
            push(event)

    # --- requests --------------------------------------------------------------------------------------------

    def answer(self, body: c.RequestBody) -> c.ResponseBody:
        with self.lock:
            if self.refuse is not None:
                raise self.refuse
            handler = getattr(self, f"_{body.__struct_config__.tag}")
            response: c.ResponseBody = handler(body)
            return response

    def _create_tasks(self, body: c.CreateTasks) -> c.TasksCreated:
        if body.idempotency_key is not None and body.idempotency_key in self._keys:
            digest, ids = self._keys[body.idempotency_key]
            if digest != body.body_digest:
                raise RequestError(
                    Code.CONFLICT, "Idempotency-Key: used before with another body", {"key": body.idempotency_key}
                )
            return c.TasksCreated(task_ids=ids)
        configs = self.catalog.expand(body.script_name, body.script_config)
        body = self.catalog.placed(body)
        if body.platform not in (None, *get_args(AppName)):
            raise RequestError(Code.INVALID, f"platform: expected tiktok or instagram, got {body.platform!r}")
        for index, path in enumerate(getattr(configs[0], "material_list", [])):
            raise RequestError(Code.INVALID, f"script_config.material_list[{index}]: {path}: lies outside the roots")
        ids = [self._add(body, serial, user, config) for serial, user in self._whom(body) for config in configs]
        if body.idempotency_key is not None:
            self._keys[body.idempotency_key] = (body.body_digest, ids)
        return c.TasksCreated(task_ids=ids)

    def _whom(self, body: c.CreateTasks) -> list[tuple[str, str | None]]:
        for text in body.serials:
            if not text.strip() or text.startswith("-") or not text.isprintable() or len(text) > 128:
                raise RequestError(Code.INVALID, f"serials: expected serials as adb lists them, got {text!r}")
        if body.usernames:
            found = [self._named(name, body.platform) for name in body.usernames]
            return [(account.serial, account.username) for account in found]
        if body.enable_multi_account:
            there = [one for one in self.accounts.values() if one.serial in body.serials and one.enabled]
            platform = body.platform or ("tiktok" if len({one.platform for one in there}) > 1 else None)
            chosen = [one for one in there if platform in (None, one.platform)]
            if not chosen:
                raise RequestError(Code.NOT_FOUND, "enable_multi_account: no enabled account is registered there")
            return [(one.serial, one.username) for one in chosen]
        return [(serial, None) for serial in body.serials]

    def _named(self, username: str, platform: str | None) -> c.Account:
        named = [one for one in self.accounts.values() if one.username.lower() == username.lower()]
        platform = platform or ("tiktok" if len(named) > 1 else None)
        found = [one for one in named if platform in (None, one.platform)]
        if not found:
            raise RequestError(Code.NOT_FOUND, f"usernames: no one registered the account {username!r}")
        if not found[0].enabled:
            raise RequestError(Code.CONFLICT, f"usernames: the account {username!r} is disabled")
        return found[0]

    def _add(self, body: c.CreateTasks, serial: str, username: str | None, config: Any) -> int:
        task = Task(
            id=self._next_id,
            serial=serial,
            username=username,
            script_name=body.script_name,
            script_config=msgspec.to_builtins(config),
            source=body.source,
            created_at=self.now(),
            scheduled_at=self.now() if body.start_time else None,
            group_id="g1",
            priority=body.priority,
            remark="" if serial in self.devices else "waits: the device is not attached",
        )
        self._next_id += 1
        self.tasks[task.id] = task
        self.logs[task.id] = ""
        self._emit(TaskChanged(task=task))
        return task.id

    def _list_tasks(self, body: c.ListTasks) -> c.TaskPage:
        found = [
            task
            for task in reversed(self.tasks.values())
            if body.status in (None, task.status)
            and body.serial in (None, task.serial)
            and body.script_name in (None, task.script_name)
            and body.source in (None, task.source)
        ]
        start = (body.page - 1) * body.page_size
        tasks = found[start : start + body.page_size]
        return c.TaskPage(total=len(found), page=body.page, page_size=body.page_size, tasks=tasks)

    def _get_task(self, body: c.GetTask) -> Task:
        return self._find(body.task_id)

    def _stop_task(self, body: c.StopTask) -> Task:
        task = self._find(body.task_id)
        if task.status.ended:
            raise RequestError(
                Code.CONFLICT, f"task {task.id} has ended already", {"task_id": task.id, "status": int(task.status)}
            )
        return self.change(
            task.id, status=Status.FAILED, reason=Reason.STOPPED, remark="stopped on request", end_time=self.now()
        )

    def _retry_task(self, body: c.RetryTask) -> Task:
        task = self._find(body.task_id)
        if task.status is not Status.FAILED:
            raise RequestError(Code.CONFLICT, f"task {task.id} has not failed", {"status": int(task.status)})
        if task.effect is Effect.UNKNOWN and not body.force:
            raise RequestError(
                Code.CONFLICT, f"task {task.id}: its outcome is unknown; force retries it", {"effect": "unknown"}
            )
        return self._requeue(task)

    def _retry_all(self, body: c.RetryAll) -> c.RetriedAll:
        failed = [task for task in self.tasks.values() if task.status is Status.FAILED]
        unknown = [task.id for task in failed if task.effect is Effect.UNKNOWN]
        for task in failed:
            if task.id not in unknown:
                self._requeue(task)
        return c.RetriedAll(retried_count=len(failed) - len(unknown), skipped=unknown)

    def _release_tasks(self, body: c.ReleaseTasks) -> c.TasksReleased:
        held = [task.id for task in self.tasks.values() if task.hold and (task.retry_safe or not body.looking_only)]
        released = [task_id for task_id in held if body.all or task_id in body.task_ids]
        for task_id in released:
            self.change(task_id, hold="", remark="")
        others = [task_id for task_id in body.task_ids if task_id not in released]
        return c.TasksReleased(
            released_count=len(released),
            looking_count=sum(self.tasks[task_id].retry_safe for task_id in released),
            not_held=[task_id for task_id in others if task_id in self.tasks],
            not_found=[task_id for task_id in others if task_id not in self.tasks],
        )

    def _requeue(self, task: Task) -> Task:
        return self.change(
            task.id, status=Status.PENDING, reason=None, remark="", end_time=None, retry_count=task.retry_count + 1
        )

    def _delete_tasks(self, body: c.DeleteTasks) -> c.TasksDeleted:
        missing = [task_id for task_id in body.task_ids if task_id not in self.tasks]
        for task_id in body.task_ids:
            if self.tasks.pop(task_id, None) is not None:
                self._emit(TaskDeleted(task_id=task_id))
        return c.TasksDeleted(deleted_count=len(body.task_ids) - len(missing), not_found=missing)

    def _get_task_stats(self, body: c.GetTaskStats) -> TaskStats:
        counts = [sum(task.status is status for task in self.tasks.values()) for status in Status]
        return TaskStats(
            total=len(self.tasks), pending=counts[0], running=counts[1], completed=counts[2], failed=counts[3]
        )

    def _read_task_log(self, body: c.ReadTaskLog) -> c.LogChunk:
        task = self._find(body.task_id)
        data = self.logs[task.id].encode()[body.offset : body.offset + 64]
        end = body.offset + len(data)
        ended = task.status.ended and end >= len(self.logs[task.id].encode())
        return c.LogChunk(text=data.decode(), next_offset=end, ended=ended)

    def _find_artifact(self, body: c.FindArtifact) -> c.ArtifactFile:
        task = self._find(body.task_id)
        if body.name not in task.evidence or self.folder is None:
            raise RequestError(Code.NOT_FOUND, f"task {task.id} has no artifact {body.name!r}")
        return c.ArtifactFile(path=str(self.folder / body.name), media_type="image/png")

    def _list_devices(self, body: c.ListDevices) -> c.DeviceList:
        return c.DeviceList(devices=[self.devices[serial] for serial in sorted(self.devices)])

    def _get_device(self, body: c.GetDevice) -> Device:
        if body.serial not in self.devices:
            raise RequestError(Code.NOT_FOUND, f"there is no device {body.serial!r}")
        return self.devices[body.serial]

    def _check_license(self, body: c.CheckLicense) -> c.License:
        enabled = self.plan != "Starter"
        return c.License(
            plan_name=self.plan,
            api_enabled=enabled,
            device_limit={"Starter": 5, "Pro": 20}[self.plan],
            message="API access enabled" if enabled else "API access needs the plan Pro or higher",
        )

    def _get_status(self, body: c.GetStatus) -> c.DaemonStatus:
        states = [device.state.value for device in self.devices.values()]
        held = [task for task in self.tasks.values() if task.hold]
        return c.DaemonStatus(
            daemon_version="0.0-test",
            boot_id=self.boot_id,
            pid=1,
            started_at=datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC),
            draining=False,
            api_url=self.api_url,
            api_socket=self.api_socket,
            adb="127.0.0.1:5037",
            adb_connected=True,
            tasks=self._get_task_stats(c.GetTaskStats()),
            devices={state: states.count(state) for state in sorted(set(states))},
            workers=len(self.devices),
            data_dir="/var/lib/drover",
            counters={"automation_restart": 0},
            restored=len(held),
            restored_blind=sum(not task.retry_safe for task in held),
            pauses=[
                *(account.pause for account in self.accounts.values() if account.pause is not None),
                *(device.pause for device in self.devices.values() if device.pause is not None),
            ],
            held=sum(bool(task.hold) for task in self.tasks.values()),
        )

    def _set_device(self, body: c.SetDevice) -> Device:
        refuse(description_faults(body.note, body.tags))
        device = self._get_device(c.GetDevice(serial=body.serial))
        words = {"note": body.note, "tags": body.tags}
        self.devices[body.serial] = msgspec.structs.replace(
            device, **{name: value for name, value in words.items() if value is not None}
        )
        return self.devices[body.serial]

    def _forget_device(self, body: c.ForgetDevice) -> c.DeviceForgotten:
        device = self._get_device(c.GetDevice(serial=body.serial))
        if device.state is not DeviceState.ABSENT:
            why = f"device {body.serial}: is {device.state.value}; detach it first"
            raise RequestError(Code.CONFLICT, why, {"serial": body.serial, "state": device.state.value})
        gone = [task_id for task_id, task in self.tasks.items() if task.serial == body.serial]
        for task_id in gone:
            del self.tasks[task_id]
        theirs = [key for key, account in self.accounts.items() if account.serial == body.serial]
        for key in theirs:
            del self.accounts[key]
        del self.devices[body.serial]
        return c.DeviceForgotten(serial=body.serial, tasks=len(gone), accounts=len(theirs))

    # --- accounts

    def _list_accounts(self, body: c.ListAccounts) -> c.AccountList:
        found = [self.accounts[key] for key in sorted(self.accounts)]
        wanted = {"platform": body.platform, "serial": body.serial, "enabled": body.enabled}
        return c.AccountList(
            accounts=[
                account
                for account in found
                if all(value in (None, getattr(account, name)) for name, value in wanted.items())
            ]
        )

    def _get_account(self, body: c.GetAccount) -> c.Account:
        return the_one(body.username, body.platform, list(self.accounts.values()))

    def _put_account(self, body: c.PutAccount) -> c.Account:
        fields = msgspec.structs.asdict(body)
        new = fields.pop("new")
        account = checked(c.Account(**fields))
        if new and key_of(account) in self.accounts:
            key = {"username": account.username, "platform": account.platform}
            raise RequestError(Code.CONFLICT, f"account @{account.username} is registered already", key)
        return self._keep(account)

    def _keep(self, account: c.Account) -> c.Account:
        shown = msgspec.structs.replace(account, limits=LIMITS)
        self.accounts[key_of(account)] = shown
        return shown

    def _change_account(self, body: c.ChangeAccount) -> c.Account:
        known = the_one(body.username, body.platform, list(self.accounts.values()))
        return self._keep(checked(changed(known, body)))

    def _delete_account(self, body: c.DeleteAccount) -> c.Done:
        del self.accounts[key_of(the_one(body.username, body.platform, list(self.accounts.values())))]
        return c.Done()

    def _pause_account(self, body: PauseAccount) -> AccountPause:
        known = the_one(body.username, body.platform, list(self.accounts.values()))
        who = {"subject": PauseSubject.ACCOUNT, "platform": known.platform, "username": known.username}
        return AccountPause(account=self._hold(known, self._pause(body, **who)), changed=True)

    def _resume_account(self, body: ResumeAccount) -> AccountPause:
        known = the_one(body.username, body.platform, list(self.accounts.values()))
        self._tell_resumed(known.pause)
        return AccountPause(account=self._hold(known, None), changed=known.pause is not None)

    def _hold(self, known: c.Account, pause: Pause | None) -> c.Account:
        self.accounts[key_of(known)] = msgspec.structs.replace(known, pause=pause)
        return self.accounts[key_of(known)]

    def _pause_device(self, body: PauseDevice) -> DevicePause:
        known = self._get_device(c.GetDevice(serial=body.serial))
        pause = self._pause(body, subject=PauseSubject.DEVICE, serial=body.serial)
        self.devices[body.serial] = msgspec.structs.replace(known, pause=pause)
        return DevicePause(device=self.devices[body.serial], changed=True)

    def _resume_device(self, body: ResumeDevice) -> DevicePause:
        known = self._get_device(c.GetDevice(serial=body.serial))
        self._tell_resumed(known.pause)
        self.devices[body.serial] = msgspec.structs.replace(known, pause=None)
        return DevicePause(device=self.devices[body.serial], changed=known.pause is not None)

    def _pause(self, body: PauseAccount | PauseDevice, **who: Any) -> Pause:
        pause = Pause(
            reason=PERSON,
            words=reason_of(body.reason),
            since=self.now(),
            until=until_of(body.until, self.now(), self.zone),
            by=PERSON,
            **who,
        )
        self._emit(Paused(pause=pause))
        return pause

    def _tell_resumed(self, pause: Pause | None) -> None:
        if pause is not None:
            self._emit(Resumed(pause=pause))

    def _diagnose(self, body: c.Diagnose) -> c.Diagnosis:
        well = Finding(level=Level.OK, check="adb server", subject="127.0.0.1:5037", found="answers")
        low = Finding(level=Level.WARNING, check="disk", subject="/var/lib/drover", found="0.5 GiB free", fix="free it")
        return c.Diagnosis(findings=[well, low])

    def _reload_config(self, body: c.ReloadConfig) -> c.ConfigReloaded:
        return c.ConfigReloaded(applied=[], after_restart=[])

    def _make_backup(self, body: c.MakeBackup) -> c.BackupMade:
        if Path(body.path).exists():
            raise RequestError(Code.CONFLICT, f"{body.path}: exists already")
        Path(body.path).touch()
        rows = {"tasks": len(self.tasks), "materials": len(self.materials)}
        made = c.BackupMade(path=body.path, schema="0001", size=4096, rows=rows)
        if not body.library:
            return made
        sizes = [item.size for item in self.materials.values()]
        return msgspec.structs.replace(made, files=len(sizes), files_size=sum(sizes), missing=self.missing)

    def _get_backup_progress(self, body: c.GetBackupProgress) -> c.BackupProgress:
        return c.BackupProgress()

    def _import_accounts(self, body: c.ImportAccounts) -> c.AccountsImported:
        changes = accounts_csv.read(body.csv)
        plain = [msgspec.structs.replace(one, limits={}, used_today={}) for one in self.accounts.values()]
        stored, new, same = merged(plain, changes)
        for account in [] if body.dry_run else stored:
            self._keep(account)
        return c.AccountsImported(created=new, changed=len(stored) - new, unchanged=same, dry_run=body.dry_run)

    def _export_accounts(self, body: c.ExportAccounts) -> c.AccountsCsv:
        return c.AccountsCsv(csv=accounts_csv.write(self.accounts[key] for key in sorted(self.accounts)))

    def _discover_accounts(self, body: c.DiscoverAccounts) -> c.AccountsDiscovered:
        refuse(place_faults(body.serial, body.platform, body.package))
        device = self._get_device(c.GetDevice(serial=body.serial))
        if device.state is not DeviceState.IDLE:
            raise RequestError(Code.CONFLICT, f"device {body.serial}: it is {device.state.value}")
        listed = self.logged_in.get((body.serial, body.platform), [])
        if not listed:
            raise RequestError(Code.CONFLICT, f"device {body.serial}: the app is not logged in")
        new = [name for name in listed if (name.lower(), body.platform) not in self.accounts and body.register]
        for name in new:
            self._keep(c.Account(username=name, serial=body.serial, platform=body.platform, enabled=True))
        on = {name: self.accounts.get((name.lower(), body.platform)) for name in listed}
        return c.AccountsDiscovered(
            serial=body.serial,
            platform=body.platform,
            package=body.package,
            registered=new,
            accounts=[
                c.FoundAccount(username=name, active=name == listed[0], registered_on=one.serial if one else None)
                for name, one in on.items()
            ],
        )

    def _show_token(self, body: c.ShowToken) -> c.ApiToken:
        return c.ApiToken(token=token_file.ensure(self.token_file), path=str(self.token_file), required=False)

    def _rotate_token(self, body: c.RotateToken) -> c.ApiToken:
        return c.ApiToken(token=token_file.replace(self.token_file), path=str(self.token_file), required=False)

    def _list_audit(self, body: c.ListAudit) -> c.AuditPage:
        found = [entry for entry in reversed(self.audit) if body.before is None or entry.id < body.before]
        return c.AuditPage(entries=found[: body.limit])

    def note(self, request: c.Request, answer: c.ResponseBody, client: str) -> None:
        """Keep what the audit keeps."""
        body, caller = request.body, request.caller
        if not audit.is_audited(body):
            return
        entry = c.AuditEntry(
            id=len(self.audit) + 1,
            at=self.now(),
            uid=os.getuid(),
            pid=os.getpid(),
            client=client,
            address=caller.address if caller else "",
            token_id=caller.token_id if caller else "",
            route=caller.route if caller else "",
            action=audit.action(body),
            ids=audit.ids(body, answer),
            code=int(answer.code) if isinstance(answer, Failure) else 0,
        )
        self.audit.append(entry)

    def _find(self, task_id: int) -> Task:
        if task_id not in self.tasks:
            raise RequestError(Code.NOT_FOUND, f"there is no task {task_id}")
        return self.tasks[task_id]
