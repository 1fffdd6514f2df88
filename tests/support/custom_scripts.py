"""Scripts that are commands, in tests: registered with a real daemon, started, followed by what they say."""

from typing import Any

import psutil

from drover.wire.control import LogChunk, ReadTaskLog
from drover.wire.custom import AddScript, CommandSpec, ScriptInfo
from drover.wire.tasks import Task
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until

_STUBBORN = """
trap 'echo told to end' TERM
sleep 600 &
(setsid sh -c 'trap "" TERM; sleep 601') &
echo pids $$ $!
echo ready
while true; do sleep 0.1; done
"""


def add(daemon: DroverDaemon, name: str, *command: str, **spec: Any) -> ScriptInfo:
    request = AddScript(script_name=name, spec=CommandSpec(command=list(command), **spec), replace=True)
    return daemon.client.ask(request, ScriptInfo)


def start(daemon: DroverDaemon, name: str, serial: str, **fields: Any) -> int:
    return daemon.create(name, fields.pop("config", {}), serial, **fields)[0]


def log_of(daemon: DroverDaemon, task_id: int) -> str:
    return daemon.client.ask(ReadTaskLog(task_id=task_id, offset=0), LogChunk).text


def running(daemon: DroverDaemon, task_id: int, line: str) -> Task:
    """The task, once its script has printed this."""
    wait_until(lambda: f"| {line}" in log_of(daemon, task_id), timeout_s=30, what=f"{line!r} in the log")
    return daemon.task(task_id)


def stubborn(daemon: DroverDaemon, name: str, serial: str, **spec: Any) -> tuple[int, list[int]]:
    """A task whose script ignores SIGTERM and has children in and out of its group; their pids."""
    add(daemon, name, "/bin/sh", "-c", _STUBBORN, **spec)
    task_id = start(daemon, name, serial)
    running(daemon, task_id, "ready")
    worker = next(
        process
        for process in psutil.Process(daemon.process.pid).children(recursive=True)
        if any("process_reaper.py" in " ".join(child.cmdline()) for child in process.children())
    )
    wait_until(lambda: len(worker.children(recursive=True)) >= 5, what="the script's whole tree")
    return task_id, [child.pid for child in worker.children(recursive=True)]
