"""Processes of tests: whether one runs, also where its parent has not taken note of its end; ending one's own."""

import subprocess

import psutil


def gone(pid: int) -> bool:
    """Whether it has ended; a dead one may wait for the machine's init to take note of it, for seconds."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process of ours by SIGTERM, and by SIGKILL where it has not ended within ten seconds."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
