"""Finds Python scripts of other packages as the zygote starts, and keeps a broken one from breaking anything else.

Each is imported in its own process first. Only what came through that, in time, without an exit and without
its own threads, is imported here, and every worker inherits it.
"""

import importlib.metadata
import os
import select
import signal
import threading
import time
from importlib.metadata import EntryPoint
from typing import Any, Final

import msgspec
import structlog

from drover.scripts import registry
from drover.scripts.plugin import GROUP, Described, PluginError, describe
from drover.wire.custom import PluginSheet

log = structlog.get_logger("drover.plugins")

IMPORT_TIMEOUT_S: Final = 10.0
ALL_IMPORTS_S: Final = 20.0
"""Together, so that the zygote is ready in time whatever is installed."""

LEAST_S: Final = 0.5
MAX_SHEET_BYTES: Final = 64 * 1024
MAX_FAULT_CHARS: Final = 500


def load() -> list[PluginSheet]:
    """Import what can be imported and register it; what each says of itself, or why it cannot be used."""
    sheets: dict[str, PluginSheet] = {}
    end = time.monotonic() + ALL_IMPORTS_S
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        if entry.name in sheets:
            why = f"two packages have a script of this name: {sheets[entry.name].origin} and {_origin(entry)}"
            sheets[entry.name] = _broken(entry, why)
            registry.forget(entry.name)
            continue
        left_s = max(end - time.monotonic(), LEAST_S)
        sheets[entry.name] = _load(entry, min(IMPORT_TIMEOUT_S, left_s))
    return list(sheets.values())


def _load(entry: EntryPoint, timeout_s: float) -> PluginSheet:
    tried = _tried(entry, timeout_s)
    if tried.fault:
        return tried
    try:
        described = describe(entry.load())
    except Exception as error:  # it worked a moment ago, in the other process
        return _broken(entry, f"cannot be imported: {error!r}")
    registry.register(entry.name, described.factory)
    return tried


def _tried(entry: EntryPoint, timeout_s: float) -> PluginSheet:
    """Import it in a fork, whatever it does there."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _report(entry, writing)
    os.close(writing)
    try:
        data = _read_all(reading, timeout_s)
    finally:
        os.close(reading)
        try:
            os.kill(pid, signal.SIGKILL)
        finally:
            _, raw = os.waitpid(pid, 0)
    if data is None:
        return _broken(entry, f"its import did not end within {timeout_s:.1f} s")
    if not data:
        return _broken(entry, f"its import ended the process (status {os.waitstatus_to_exitcode(raw)})")
    return msgspec.msgpack.decode(data, type=PluginSheet)


def _report(entry: EntryPoint, writing: int) -> None:
    """In the fork: import, look, tell, end."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(2, 1)  # whatever it prints is for the log
        sheet = _imported(entry)
        data = msgspec.msgpack.encode(sheet)
        if len(data) > MAX_SHEET_BYTES:
            data = msgspec.msgpack.encode(_broken(entry, "its Config makes a schema that is too large"))
        os.write(writing, data)
    finally:
        os._exit(0)


def _imported(entry: EntryPoint) -> PluginSheet:
    threads = threading.active_count()
    try:
        described = describe(entry.load())
    except PluginError as error:
        return _broken(entry, str(error))
    except BaseException as error:
        return _broken(entry, f"cannot be imported: {type(error).__name__}: {error}")
    if threading.active_count() > threads:
        return _broken(entry, "starts threads when it is imported, which no worker would have; start them in run")
    return _sheet(entry, described)


def _read_all(reading: int, timeout_s: float) -> bytes | None:
    """All that the fork says; None if it does not come to an end in time."""
    data = b""
    end = time.monotonic() + timeout_s
    while True:
        ready, _, _ = select.select([reading], [], [], max(end - time.monotonic(), 0))
        if not ready:
            return None
        chunk = os.read(reading, MAX_SHEET_BYTES)
        if not chunk:
            return data
        data += chunk


def _sheet(entry: EntryPoint, described: Described) -> PluginSheet:
    fields: dict[str, Any] = {
        name: getattr(described, name) for name in ("summary", "effect", "reconciles", "retry_safe", "parameters")
    }
    return PluginSheet(name=entry.name, origin=_origin(entry), **fields)


def _broken(entry: EntryPoint, why: str) -> PluginSheet:
    return PluginSheet(name=entry.name, origin=_origin(entry), fault=why[:MAX_FAULT_CHARS])


def _origin(entry: EntryPoint) -> str:
    dist = entry.dist
    return f"{dist.name} {dist.version}" if dist is not None else entry.value
