"""Gathers what the doctor judges: adb server, keys, files, disk, gateway, and the phones as the registry has them."""

import asyncio
import os
import pwd
import shutil
import stat
import sys
from pathlib import Path

import psutil

from drover.policy import doctor
from drover.policy.doctor import AdbFacts, DaemonFacts, FileFacts
from drover.policy.host_users import HostUser, others
from drover.store import pauses, release
from drover.supervisor import clock
from drover.supervisor.api.state import DaemonState
from drover.supervisor.upkeep.adb_server import own_version
from drover.wire.doctor import Finding


async def diagnose(state: DaemonState) -> list[Finding]:
    """Every finding, the worst of each kind next to what is well."""
    data_dir = state.core.settings.config.data_dir
    adb_facts, other_users, file_facts, disk_free, inodes_free, cannot_take = await asyncio.gather(
        _adb(state),
        asyncio.to_thread(_other_users),
        asyncio.to_thread(_files, state),
        asyncio.to_thread(_disk_free, data_dir),
        asyncio.to_thread(_inodes_free, data_dir),
        state.upkeep.disk.cannot_take(),
    )
    await state.tasks.scripts.looked_for()
    restored, restored_blind = await state.core.store.read(release.counts)
    facts = DaemonFacts(
        as_root=os.geteuid() == 0,
        disk_free=disk_free,
        data_dir=str(state.core.settings.config.data_dir),
        api_enabled=state.core.settings.config.api.enabled,
        api_url=state.core.address.url,
        api_socket=state.core.address.socket,
        api_open=state.core.settings.config.api.open_to_local_users,
        other_users=other_users,
        messages_dropped=state.messages_dropped,
        restored=restored,
        restored_blind=restored_blind,
        inodes_free=inodes_free,
        cannot_take=cannot_take,
    )
    return [
        *doctor.daemon(facts),
        *doctor.adb(adb_facts),
        *doctor.files(file_facts),
        *doctor.scripts(await asyncio.to_thread(state.tasks.scripts.listed)),
        *doctor.devices(state.devices.registry.all()),
        *doctor.pauses([pause for _key, pause in await state.core.store.read(pauses.active, now=clock.now())]),
    ]


async def _adb(state: DaemonState) -> AdbFacts:
    config = state.core.settings.config.adb
    connected = state.devices.tracker.connected
    listens = await asyncio.to_thread(_listening, config.port)
    return AdbFacts(
        address=f"{config.host}:{config.port}",
        connected=connected,
        listens=listens,
        server_version=await state.devices.tracker.server_version() if connected else "",
        own_version=await asyncio.to_thread(own_version),
    )


def _other_users() -> list[str]:
    """People besides the daemon's own user, by the host's user database and its open sessions."""
    sessions = {session.name for session in psutil.users()}
    users = [
        HostUser(name=entry.pw_name, uid=entry.pw_uid, shell=entry.pw_shell, logged_in=entry.pw_name in sessions)
        for entry in [*pwd.getpwall(), *(found for name in sessions for found in _entry(name))]
    ]
    return others(users, own_uid=os.geteuid(), platform=sys.platform)


def _entry(name: str) -> list[pwd.struct_passwd]:
    """The user's row, also where the database does not list all (LDAP); none where there is no such user."""
    try:
        return [pwd.getpwnam(name)]
    except KeyError:
        return []


def _listening(port: int) -> tuple[str, ...]:
    """Addresses on which anything on this machine listens at the port."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS tells root only
        return ()
    return tuple(
        sorted({c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port})
    )


def _files(state: DaemonState) -> list[FileFacts]:
    data = state.core.settings.config.data_dir
    key = Path(os.environ.get("ANDROID_USER_HOME") or Path.home() / ".android") / "adbkey"
    return [
        _facts("data", data, 0o700),
        _facts("database", state.core.store.path, 0o600),
        _facts("socket folder", state.core.boot.runtime_dir, 0o700),
        _facts("adb key", key, 0o600, wanted=False),
    ]


def _facts(check: str, path: Path, most: int, *, wanted: bool = True) -> FileFacts:
    try:
        found = path.stat()
    except OSError:
        return FileFacts(check=check, path=str(path), mode=None, most=most, wanted=wanted)
    ours = found.st_uid == os.geteuid()
    return FileFacts(check=check, path=str(path), mode=stat.S_IMODE(found.st_mode), most=most, ours=ours)


def _disk_free(path: Path) -> int:
    return shutil.disk_usage(path).free


def _inodes_free(path: Path) -> int | None:
    found = os.statvfs(path)
    return found.f_favail if found.f_files else None
