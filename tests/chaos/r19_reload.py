"""R19: the configuration is read again: bad, good, and cut or spoilt at any byte. All of it is taken, or nothing."""

import json
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from drover import config
from drover.wire.control import ConfigReloaded, ReloadConfig
from drover.wire.custom import ListScripts, ScriptList
from drover.wire.faults import Code, RequestError
from tests.chaos.finding import Finding
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until

BAD = {
    "[tasks]\nmax_tries = 9\nmax_trys = 5\n": "3: tasks.max_trys: is not a known key",
    "[tasks]\nmax_tries = 99\n": "2: tasks.max_tries: ",
    "[tasks]\nmax_tries = 9\nattempt_timeout_s = 'soon'\n": "3: tasks.attempt_timeout_s: ",
    "[tasks]\nmax_tries = 9\n\n[tasksz]\n": "4: tasksz: is not a known section",
    "[tasks]\nmax_tries = 9\n[devices\n": "3: not valid TOML",
    "[tasks]\nmax_tries = 9\n[scripts.x]\ncommand = []\n": "4: scripts.x: ",
}
"""A file that is bad, and where the refusal says so. What is good in it must not be taken either."""

LEAST, MOST = 1, 8
State = tuple[int, frozenset[str]]
"""What is seen of a configuration: the tries of a new task, and the scripts that it brings."""


def run(rounds: int = 300) -> Finding:
    """Each bad file by command and by signal, then `rounds` good files, two of three of them spoilt."""
    finding = Finding(promise="R19 reload")
    dice, refused = random.Random(19), 0
    with tempfile.TemporaryDirectory(prefix="dd-r19-") as folder, AdbServer() as adb:
        file = Path(folder) / "drover.toml"
        file.write_text(_good(2))
        with DroverDaemon(adb_port=adb.port, config=file) as daemon:
            before = _state(daemon)
            finding.check(before == (2, frozenset({"v2"})), f"it began with {before}")
            for number, (text, words) in enumerate(BAD.items(), start=1):
                file.write_text(text)
                _refused_by_command(daemon, finding, f"{file}:{words}")
                _refused_by_signal(daemon, finding, number)
                finding.check(_state(daemon) == before, f"a bad file ({words}) left {_state(daemon)} of {before}")
                finding.trials += 2
            _accepted(daemon, finding, file)
            for _ in range(rounds):
                refused += _spoilt(daemon, finding, file, dice)
                finding.trials += 1
    finding.figure = f"{len(BAD)} bad files named by line and key; of {rounds} (two of three spoilt) {refused} refused"
    return finding


def _good(version: int) -> str:
    """Two sections that must change together."""
    return f'[tasks]\nmax_tries = {version}\n\n[scripts.v{version}]\ncommand = ["/bin/true"]\n'


def _state(daemon: DroverDaemon) -> State:
    (task_id,) = daemon.follow("R0NEVER", target="somebody")
    scripts = daemon.client.ask(ListScripts(), ScriptList).scripts
    return daemon.task(task_id).max_retry_count, frozenset(s.name for s in scripts if s.kind == "command")


def _ctl(daemon: DroverDaemon) -> list[str]:
    return [sys.executable, "-m", "drover_ctl.main", "--socket", str(daemon.runtime_dir / "control.sock"), "reload"]


def _refused_by_command(daemon: DroverDaemon, finding: Finding, words: str) -> None:
    done = subprocess.run(_ctl(daemon), capture_output=True, text=True, check=False)
    finding.check(done.returncode != 0 and words in done.stderr, f"{words!r} expected: {done.returncode} {done.stderr}")


def _refused_by_signal(daemon: DroverDaemon, finding: Finding, times: int) -> None:
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: daemon.log().count("config_not_reloaded") >= times, what="the refusal in the log")
    finding.check(daemon.status().pid == daemon.process.pid, "a signal with a bad file ended the daemon")


def _accepted(daemon: DroverDaemon, finding: Finding, file: Path) -> None:
    """By command and by signal; what needs a restart is named and waits."""
    file.write_text(_good(4) + "[api]\nport = 1\n")
    done = subprocess.run([*_ctl(daemon), "--json"], capture_output=True, text=True, check=True)
    reloaded = json.loads(done.stdout)
    finding.check("tasks.max_tries" in reloaded["applied"], f"a good file: {reloaded}")
    finding.check(_state(daemon) == (4, frozenset({"v4"})), f"a good file left {_state(daemon)}")
    file.write_text(_good(5))
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: _state(daemon) == (5, frozenset({"v5"})), what="the signal's effect")
    finding.trials += 2


def _spoilt(daemon: DroverDaemon, finding: Finding, file: Path, dice: random.Random) -> bool:
    """Whether it was refused. The same reader, asked alone, says what a file means."""
    before, data = _state(daemon), bytearray(_good(dice.randint(LEAST, MOST)).encode())
    match dice.randrange(3):
        case 0:
            del data[dice.randrange(len(data)) :]
        case 1:
            data[dice.randrange(len(data))] = dice.randrange(256)
        case _:
            pass
    file.write_bytes(data)
    try:
        meant = config.load(file, {})
        expected: State = meant.tasks.max_tries, frozenset(meant.scripts)
    except config.ConfigError:
        expected = before
    try:
        daemon.client.ask(ReloadConfig(), ConfigReloaded)
        refused = False
    except RequestError as error:
        refused = True
        named = str(error).startswith(f"{file}") and error.failure.code is Code.INVALID
        finding.check(named, f"refused without naming the place: {error}")
    finding.check(_state(daemon) == expected, f"{bytes(data)!r}: {_state(daemon)} instead of {expected}")
    return refused
