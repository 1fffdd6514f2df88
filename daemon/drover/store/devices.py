"""What is remembered of devices and of worker processes. Presence and leases are never read back as true."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from drover.store import pauses
from drover.store.batch import BatchUpsert
from drover.store.schema import devices, workers
from drover.wire.devices import Device, DeviceState

_REMEMBERED: Final = ("facts", "tags", "note", "last_seen", "identity")
_PUT: Final = BatchUpsert(devices, ["serial"], _REMEMBERED)


def put(conn: Connection, device: Device) -> None:
    """Remember who it is, facts, tags, note and when it was last seen; state and task are not history."""
    _PUT.run(conn, {name: getattr(device, name) for name in ("serial", *_REMEMBERED)})


def publish(conn: Connection, device: Device, *, remember: bool, now: datetime) -> None:
    """Keep the event that a device changed, and with `remember` the device: a name that no phone was proven to have
    gets its event and is not stored."""
    if remember:
        put(conn, device)
    pauses.tell_device(conn, device, now=now)


def all(conn: Connection) -> list[Device]:
    """Every device ever seen, in the order of serials, each absent until adb says otherwise."""
    return [_device(row) for row in conn.execute(select(devices).order_by(devices.c.serial))]


def get(conn: Connection, serial: str) -> Device | None:
    """One device as `all` gives it."""
    row = conn.execute(select(devices).where(devices.c.serial == serial)).first()
    return None if row is None else _device(row)


def _device(row: Any) -> Device:
    return Device(
        serial=row.serial,
        state=DeviceState.ABSENT,
        reason="not seen since the daemon started",
        facts=row.facts,
        tags=row.tags,
        note=row.note,
        last_seen=row.last_seen,
        identity=row.identity,
    )


def record_worker(conn: Connection, serial: str, pid: int, started_at: float, boot_id: str) -> None:
    """Remember a worker process: `started_at` is the process's start in seconds since 1970, as psutil says."""
    statement = insert(workers).values(serial=serial, pid=pid, started_at=started_at, boot_id=boot_id)
    changed = {"serial": statement.excluded.serial, "boot_id": statement.excluded.boot_id}
    conn.execute(statement.on_conflict_do_update(index_elements=["pid", "started_at"], set_=changed))


def orphans(conn: Connection, boot_id: str) -> list[tuple[int, float]]:
    """(pid, start) of workers of every boot but this one; only a process with both may be killed."""
    query = select(workers.c.pid, workers.c.started_at).where(workers.c.boot_id != boot_id)
    return [(row.pid, row.started_at) for row in conn.execute(query)]


def clear(conn: Connection, boot_id: str) -> None:
    """Forget the workers of every boot but this one, once they are dealt with."""
    conn.execute(delete(workers).where(workers.c.boot_id != boot_id))
