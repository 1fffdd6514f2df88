"""One command as a process: lines as they come, an end that leaves nothing, whatever it does. Real processes."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from drover.worker import command as command_module
from drover.worker.command import MAX_LINE_CHARS, RunningCommand, startable
from tests.support.phones import wait_until
from tests.support.processes import gone


class Started:
    """A command and what it said."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.lines: list[str] = []
        self.woken = threading.Event()
        self.running = RunningCommand(
            words, environment=dict(os.environ), folder=folder, say=self.lines.append, woken=self.woken.set
        )

    def until(self, line: str) -> None:
        wait_until(lambda: line in self.lines, what=repr(line))


Shell = Callable[[str], Started]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made: list[Started] = []

    def start(script: str) -> Started:
        made.append(Started(tmp_path, "/bin/sh", "-c", script))
        return made[-1]

    yield start
    for one in made:
        if one.running.status is None:
            one.running.end()


def test_lines_and_exit_code(shell: Shell) -> None:
    one = shell("echo first; echo second >&2; printf 'no end'; exit 7")
    assert one.woken.wait(10)
    assert one.lines == ["first", "second", "no end"]
    assert (one.running.status, one.running.end()) == (7, 7)


def test_a_question_without_an_end_of_line_is_seen(shell: Shell) -> None:
    shell("printf 'name? '; sleep 60").until("name? ")


def test_nothing_to_read_and_a_group_of_its_own(shell: Shell, tmp_path: Path) -> None:
    one = shell("cat; pwd; ps -o pgid= -p $$ | tr -d ' '")
    assert one.woken.wait(10)
    assert one.lines[0] == str(tmp_path)
    assert int(one.lines[1]) == one.running.pid != os.getpgid(0)
    assert one.running.end() == 0


def test_a_signal_is_told_as_a_shell_does(shell: Shell) -> None:
    one = shell("kill -9 $$")
    assert one.woken.wait(10)
    assert one.running.end() == 128 + signal.SIGKILL


def test_long_lines_are_cut_and_bytes_survive(tmp_path: Path) -> None:
    text = "import sys; sys.stdout.buffer.write(b'x' * 9000 + b'\\n\\xff\\xe2\\x82\\xac\\n')"
    one = Started(tmp_path, sys.executable, "-c", text)
    assert one.woken.wait(10)
    assert [len(line) for line in one.lines[:-1]] == [MAX_LINE_CHARS, MAX_LINE_CHARS, 9000 - 2 * MAX_LINE_CHARS]
    assert one.lines[-1] == "\ufffd€"
    assert one.running.end() == 0


def test_it_may_end_by_itself_when_told_to(shell: Shell) -> None:
    one = shell("trap 'echo bye; exit 5' TERM; echo ready; while true; do sleep 0.05; done")
    one.until("ready")
    assert one.running.end() == 5
    assert one.lines[-1] == "bye"


def test_what_it_leaves_behind_ends_with_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_module, "TERM_GRACE_S", 0.2)
    one = shell("trap '' TERM; (setsid sh -c 'trap \"\" TERM; sleep 600' &) ; sleep 601 & echo ready; wait; sleep 602")
    one.until("ready")
    wait_until(lambda: len(psutil.Process(one.running.pid).children(recursive=True)) >= 4, what="its tree")
    tree = psutil.Process(one.running.pid).children(recursive=True)
    assert one.running.end() == 128 + signal.SIGKILL
    assert all(gone(process.pid) for process in tree)


def test_background_work_ends_with_a_command_that_ended_well(shell: Shell) -> None:
    one = shell("(setsid sleep 600 >/dev/null 2>&1 &); sleep 600 >/dev/null & echo $!")
    assert one.woken.wait(10)
    assert one.running.end() == 0
    assert gone(int(one.lines[0]))


def test_a_killed_reaper_takes_the_command_with_it(shell: Shell) -> None:
    one = shell("echo $$; sleep 600")
    wait_until(lambda: one.lines, what="its pid")
    os.kill(one.running.pid, signal.SIGKILL)
    wait_until(lambda: gone(int(one.lines[0])), what="the end of the command")
    assert one.running.end() == -signal.SIGKILL


def test_what_cannot_be_started_says_so(tmp_path: Path) -> None:
    assert startable(["/bin/sh"]) == ""
    assert "is not there" in startable([str(tmp_path / "nothing")])
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    one = Started(tmp_path, str(broken))
    assert one.woken.wait(10)
    assert one.running.end() == 127
    assert "cannot be started" in one.lines[0]
