"""How tasks, devices and the daemon look in REST answers: local times, and the shapes of shapes.py. Pure."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from drover.wire.accounts import Login
from drover.wire.control import Account, AccountsDiscovered, DaemonStatus
from drover.wire.custom import ScriptInfo
from drover.wire.devices import Connection, Device, DeviceState
from drover.wire.holds import Pause
from drover.wire.leases import Lease, LeaseTaken
from drover.wire.materials import Material, MaterialUse
from drover.wire.media import TaskMedia
from drover.wire.pauses import AccountPause, DevicePause
from drover.wire.tasks import Status, Task, TaskStats
from drover_shim.lease_shapes import LeaseTakenView, LeaseView, PhoneView
from drover_shim.shapes import (
    AccountPauseView,
    AccountView,
    ConnectionView,
    DevicePauseView,
    DeviceView,
    DiscoveredView,
    FoundAccountView,
    HealthView,
    LoginView,
    MaterialUseView,
    MaterialView,
    PauseView,
    ScriptView,
    StatsView,
    TakenFileView,
    TaskMediaView,
    TaskView,
)

STATUS_TEXT: Final = {status: status.name.lower() for status in Status}


def task(task: Task, zone: ZoneInfo) -> TaskView:
    """A task with the field names of the contract."""
    return TaskView(
        id=task.id,
        serial=task.serial,
        username=task.username,
        script_name=task.script_name,
        script_config=task.script_config,
        script_args=msgspec.json.encode(task.script_config).decode(),
        status=int(task.status),
        status_text=STATUS_TEXT[task.status],
        remark=task.remark,
        source=task.source,
        start_time=local(task.start_time, zone),
        end_time=local(task.end_time, zone),
        created_at=local(task.created_at, zone),
        scheduled_at=local(task.scheduled_at, zone),
        retry_count=task.retry_count,
        max_retry_count=task.max_retry_count,
        reason=task.reason,
        effect=task.effect,
        retry_safe=task.retry_safe,
        attempt=task.attempt,
        phase=task.phase,
        progress=task.progress,
        step=task.step,
        evidence=task.evidence,
        group_id=task.group_id,
        priority=task.priority,
        hold=task.hold,
        account=task.account,
        media=None if task.media is None else _media(task.media),
    )


def _media(media: TaskMedia) -> TaskMediaView:
    return TaskMediaView(
        files=[TakenFileView(name=file.name, material_id=file.material_id) for file in media.files],
        captions=media.captions,
        sound_name=media.sound_name,
        custom_sound_keyword=media.custom_sound_keyword,
    )


def stats(stats: TaskStats) -> StatsView:
    """Counters by status."""
    return StatsView(
        total=stats.total,
        pending=stats.pending,
        running=stats.running,
        completed=stats.completed,
        failed=stats.failed,
    )


def device(device: Device, zone: ZoneInfo) -> DeviceView:
    """A device: its state and why, what is known of the phone, and its queue."""
    return DeviceView(**_device(device, zone))


def device_pause(found: DevicePause, zone: ZoneInfo) -> DevicePauseView:
    """A device that was paused or resumed."""
    return DevicePauseView(changed=found.changed, **_device(found.device, zone))


def _device(device: Device, zone: ZoneInfo) -> dict[str, Any]:
    facts = device.facts
    return {
        "serial": device.serial,
        "state": device.state,
        "reason": device.reason,
        "state_since": local(device.state_since, zone),
        "deadline": local(device.deadline, zone),
        "model": facts.model,
        "platform_version": facts.platform_version,
        "hardware_serial": facts.hardware_serial,
        "sdk": facts.sdk,
        "width": facts.width,
        "height": facts.height,
        "battery": facts.battery,
        "engine": facts.engine,
        "apps": facts.apps,
        "current_task_id": device.task_id,
        "queue_length": device.queued,
        "last_seen": local(device.last_seen, zone),
        "tags": device.tags,
        "note": device.note,
        "transports": device.transports,
        "connections": [connection(one) for one in device.connections],
        "pause": pause(device.pause, zone),
        "condition": device.condition,
        "logins": [login(one, zone) for one in device.logins],
    }


def login(login: Login, zone: ZoneInfo) -> LoginView:
    """Which account an app on a phone was last seen with."""
    return LoginView(
        platform=login.platform,
        package=login.package,
        username=login.username,
        source=login.source,
        learned_at=local(login.learned_at, zone),
    )


def connection(one: Connection) -> ConnectionView:
    """One transport of a device."""
    return ConnectionView(
        name=one.name, kind=one.kind, state=one.state, usb=one.usb, in_use=one.in_use, proof=one.proof
    )


def account(account: Account, zone: ZoneInfo) -> AccountView:
    """A registered account; `used_today` and `limits` are by script."""
    return AccountView(**_account(account, zone))


def account_pause(found: AccountPause, zone: ZoneInfo) -> AccountPauseView:
    """An account that was paused or resumed."""
    return AccountPauseView(changed=found.changed, **_account(found.account, zone))


def _account(account: Account, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "username": account.username,
        "serial": account.serial,
        "platform": account.platform,
        "package": account.package,
        "enabled": account.enabled,
        "note": account.note,
        "used_today": account.used_today,
        "limits": account.limits,
        "state": account.state,
        "pause": pause(account.pause, zone),
    }


def pause(pause: Pause | None, zone: ZoneInfo) -> PauseView | None:
    """Why an account or a device begins nothing."""
    if pause is None:
        return None
    return PauseView(
        reason=pause.reason,
        words=pause.words,
        since=local(pause.since, zone),
        until=local(pause.until, zone),
        by=pause.by,
        serial=pause.serial,
        task_id=pause.task_id,
        times=pause.times,
    )


def discovered(found: AccountsDiscovered) -> DiscoveredView:
    """What an app on a phone is logged in with."""
    return DiscoveredView(
        serial=found.serial,
        platform=found.platform,
        package=found.package,
        registered=found.registered,
        accounts=[
            FoundAccountView(username=one.username, active=one.active, registered_on=one.registered_on)
            for one in found.accounts
        ],
    )


def material(item: Material, zone: ZoneInfo) -> MaterialView:
    """An item of the media library; where its file lies stays here."""
    return MaterialView(**material_fields(item, zone))


def material_fields(item: Material, zone: ZoneInfo) -> dict[str, Any]:
    """The fields that every view of an item has."""
    return {
        "id": item.id,
        "name": item.name,
        "kind": item.kind,
        "media_type": item.media_type,
        "size": item.size,
        "width": item.width,
        "height": item.height,
        "duration_s": item.duration_s,
        "sha256": item.sha256,
        "tags": item.tags,
        "note": item.note,
        "created_at": local(item.created_at, zone),
        "used_by": item.used_by,
        "available": item.available,
    }


def material_use(use: MaterialUse, zone: ZoneInfo) -> MaterialUseView:
    """Which account used an item, for which task."""
    return MaterialUseView(
        account=use.account, who=use.who, task_id=use.task_id, state=use.state, at=local(use.at, zone)
    )


def health(status: DaemonStatus) -> HealthView:
    """What a monitor asks: is it up, does it take work, does adb answer."""
    return HealthView(
        status="draining" if status.draining else "degraded" if status.cannot_take else "ok",
        daemon_version=status.daemon_version,
        boot_id=status.boot_id,
        adb_connected=status.adb_connected,
        workers=status.workers,
        devices=status.devices,
        tasks=stats(status.tasks),
        counters=status.counters,
        held=status.held,
        restored=status.restored,
        not_ready=status.not_ready,
        cannot_take=status.cannot_take,
        api_socket=status.api_socket,
    )


def local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """ "YYYY-MM-DD HH:MM:SS" in the zone, or None."""
    return None if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def rpc_device(device: Device) -> PhoneView:
    """An online phone, as clients that want to lease one look at it."""
    facts = device.facts
    return PhoneView(
        serial=device.serial,
        busy=device.state is not DeviceState.IDLE,
        model=facts.model,
        platform_version=facts.platform_version,
        sdk=facts.sdk,
        width=facts.width,
        height=facts.height,
        battery=facts.battery,
        engine=facts.engine,
        state=device.state,
        reason=device.reason,
        task_id=device.task_id,
    )


def lease(lease: Lease, zone: ZoneInfo) -> LeaseView:
    """A lease as anybody may see it."""
    return LeaseView(**_lease(lease, zone))


def taken(taken: LeaseTaken, zone: ZoneInfo) -> LeaseTakenView:
    """A lease as its holder sees it."""
    return LeaseTakenView(session_id=taken.session, **_lease(taken.lease, zone))


def _lease(lease: Lease, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "serial": lease.serial,
        "label": lease.label,
        "ttl_secs": lease.ttl_s,
        "taken_at": local(lease.taken_at, zone),
        "expires_at": local(lease.expires_at, zone),
        "calls": lease.calls,
        "task_id": lease.task_id,
    }


def script(info: ScriptInfo) -> ScriptView:
    """What one needs to name it in a task. A command's arguments and faults are its operator's."""
    return ScriptView(
        name=info.name,
        kind=info.kind,
        summary=info.summary,
        effect=info.effect,
        retry_safe=info.retry_safe,
        settles=info.reconciles,
        platform=info.platform or None,
        timeout_s=info.timeout_s,
        parameters=info.parameters or None,
        usable=not info.fault,
    )
