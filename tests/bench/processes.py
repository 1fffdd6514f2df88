"""The processes of a running daemon by what they are, what CPU they have used, and what they weigh."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import psutil

from tests.support.daemon import DroverDaemon


@dataclass(frozen=True, kw_only=True)
class Family:
    """The daemon, its gateway (None where it has none), its zygote, and the workers that the zygote forked."""

    daemon: psutil.Process
    gateway: psutil.Process | None
    zygote: psutil.Process | None
    workers: tuple[psutil.Process, ...]

    @classmethod
    def of(cls, daemon: DroverDaemon) -> Self:
        root = psutil.Process(daemon.process.pid)
        children = {" ".join(child.cmdline()): child for child in root.children()}
        gateway = next((child for line, child in children.items() if "drover_shim" in line), None)
        zygote = next((child for line, child in children.items() if "drover.worker.zygote" in line), None)
        workers = tuple(zygote.children()) if zygote is not None else ()
        return cls(daemon=root, gateway=gateway, zygote=zygote, workers=workers)

    @property
    def everyone(self) -> list[psutil.Process]:
        return [self.daemon, *self.daemon.children(recursive=True)]


def cpu_s(*processes: psutil.Process | None) -> float:
    """User and system seconds from /proc/PID/stat, in ticks of 10 ms: of many operations only."""
    times = [process.cpu_times() for process in processes if process is not None]
    return float(sum(one.user + one.system for one in times))


def weights_mb(processes: Iterable[psutil.Process]) -> list[float]:
    """PSS of each."""
    return [float(process.memory_full_info().pss) / 1e6 for process in processes]


def private_mb(process: psutil.Process) -> float:
    """USS: what goes with it when it ends."""
    return float(process.memory_full_info().uss) / 1e6
