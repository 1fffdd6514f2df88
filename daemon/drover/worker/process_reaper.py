"""Runs one command and ends it with everything that it started, whatever happens to the worker that wants it.

Started as a plain file: `python -I -S process_reaper.py LIFELINE COMMAND...`. The worker holds the other end of the
pipe LIFELINE; when that closes, because the worker says so or died, nothing of the command is left running. Exits as
the command does, 128 + n for signal n.
"""

import ctypes
import os
import select
import signal
import sys
from types import FrameType

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
NOT_FOUND = 127
ROUNDS = 200


def main() -> int:
    """Start the command and keep it until it ends or the lifeline closes."""
    lifeline, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        # Whatever the command leaves behind becomes ours, also from another session.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    wake = _wake_on_child()
    child = os.fork()
    if child == 0:
        _become(command, lifeline)
    status = _wait(child, lifeline, wake)
    _end_all()
    return status


def _become(command: list[str], lifeline: int) -> None:
    try:
        os.close(lifeline)
        signal.set_wakeup_fd(-1)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.execvp(command[0], command)  # noqa: S606 - a list of arguments; no shell is wanted
    except OSError as error:
        os.write(2, f"{command[0]}: cannot be started: {error.strerror}\n".encode())
    finally:
        os._exit(NOT_FOUND)


def _wake_on_child() -> int:
    """A descriptor that becomes readable when a child ended. SIGTERM is for the command, in whose group we are."""
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _noted)  # a handler, not SIG_IGN, which the command would inherit
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The wake-up descriptor is written, and that is all."""


def _wait(child: int, lifeline: int, wake: int) -> int:
    """The command's exit status; ends it when the lifeline closes."""
    poller = select.poll()
    poller.register(lifeline, select.POLLIN | select.POLLHUP)
    poller.register(wake, select.POLLIN)
    while True:
        status = _reaped(child)
        if status is not None:
            return status
        for descriptor, _ in poller.poll():
            if descriptor == lifeline:
                return 128 + signal.SIGKILL
            os.read(wake, 4096)


def _reaped(child: int) -> int | None:
    """The command's exit status if it has ended; orphans that became ours are laid to rest on the way."""
    while True:
        try:
            pid, raw = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return NOT_FOUND
        if pid == 0:
            return None
        if pid == child:
            code = os.waitstatus_to_exitcode(raw)
            return code if code >= 0 else 128 - code


def _end_all() -> None:
    """Kill until there are no children left: each one's own children become ours as it dies."""
    for _ in range(ROUNDS):
        children = _children()
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for pid in children:
            os.waitpid(pid, 0)
        if not children:
            return


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        # Another system than Linux, or one that does not tell: the group, ourselves with it.
        os.killpg(0, signal.SIGKILL)
        return []


if __name__ == "__main__":
    sys.exit(main())
