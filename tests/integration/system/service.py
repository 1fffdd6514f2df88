"""drover.service inside a machine: installed as contrib/README.md says, with simulated phones beside it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.machine import REPOSITORY, Machine
from tests.support.phones import wait_until

README: Final = REPOSITORY / "contrib" / "README.md"
CTL: Final = "/opt/drover/bin/droverctl"
INSTALL: Final = "python3 -m venv /opt/drover && /opt/drover/bin/pip install -c constraints.txt ."
# The same without a network: what pip would fetch, the builder of the wheel and pip itself are lent to the machine.
OFFLINE: Final = (
    "python3 -m venv --without-pip /opt/drover && "
    "/opt/drover/bin/python -m pip install --no-index --no-deps --no-build-isolation ."
)
ENDED_S: Final = 60


def commands(heading: str) -> list[str]:
    """The lines of the first block of commands under this heading of contrib/README.md; `INSTALL` is made `OFFLINE`."""
    section = README.read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = section.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("    "))
    block = lines[first : next((n for n in range(first, len(lines)) if not lines[n]), len(lines))]
    return [line.removeprefix("    ").replace(INSTALL, OFFLINE) for line in block]


class Phones:
    """phonesim as a unit of the machine, attached to the adb server on this port."""

    def __init__(self, machine: Machine, *, unit: str, adb_port: int, count: int) -> None:
        self._machine = machine
        phonesim = ["/opt/drover/bin/phonesim", "--count", str(count), "--adb", f"127.0.0.1:{adb_port}"]
        machine.run("systemd-run", "--quiet", f"--unit={unit}", *phonesim)

        def said() -> list[list[str]]:
            lines = machine.run("journalctl", f"--unit={unit}", "--output=cat", "--no-pager").stdout.splitlines()
            return [line.split() for line in lines] if "READY" in lines else []

        lines = wait_until(said, timeout_s=30, what="phonesim")
        self.serials = [words[1] for words in lines if words[0] == "phone"]
        self._url = next(words[1] for words in lines if words[0] == "PHONES")

    def ask(self, method: str, path: str, value: Mapping[str, Any] | None = None) -> Any:
        return curl(self._machine, method, f"{self._url}phones/{path}", value)

    def effects(self, serial: str, target: str) -> int:
        """How often somebody on this phone followed `target`."""
        rows = self.ask("GET", serial)["effects"]
        return sum(row["count"] for row in rows if (row["kind"], row["target"]) == ("follow", target))


class Service:
    """A running droverd in the machine; `systemctl` as the words that reach its manager."""

    def __init__(
        self,
        machine: Machine,
        *,
        api_port: int,
        systemctl: tuple[str, ...],
        cgroup: str,
        ctl: tuple[str, ...],
        asks_for_token: bool = False,
    ) -> None:
        self.machine = machine
        self._api = f"http://127.0.0.1:{api_port}/api/v1"
        self._systemctl = systemctl
        self._cgroup = cgroup
        self._ctl = ctl
        self._asks_for_token = asks_for_token
        self._token = ""

    def systemctl(self, *words: str, check: bool = True) -> str:
        return self.machine.run(*self._systemctl, *words, check=check, timeout_s=60).stdout.strip()

    def show(self, name: str) -> str:
        """One property of the unit."""
        return self.systemctl("show", "--value", f"--property={name}", "drover")

    def ctl(self, *words: str, check: bool = True) -> str:
        return self.machine.run(*self._ctl, *words, check=check, timeout_s=ENDED_S + 30).stdout

    def api(self, method: str, path: str, value: Mapping[str, Any] | None = None) -> Any:
        """The `data` of a good answer."""
        if self._asks_for_token and not self._token:
            self._token = self.ctl("token", "show").strip()
        answer = curl(self.machine, method, f"{self._api}{path}", value, token=self._token)
        assert answer["code"] == 0, answer
        return answer["data"]

    def processes(self) -> dict[int, str]:
        """Command lines of all processes of the unit, by their number in the machine."""
        procs = self.machine.run("cat", f"/sys/fs/cgroup{self._cgroup}/cgroup.procs", check=False).stdout
        found: dict[int, str] = {}
        for pid in map(int, procs.split()):
            try:
                line = (self.machine.root / "proc" / str(pid) / "cmdline").read_bytes()
            except OSError:
                continue  # it ended meanwhile
            found[pid] = line.replace(b"\0", b" ").decode().strip()
        return found

    def wait_idle(self, *serials: str) -> None:
        """Until the API answers and tells that these phones are idle; without any, until it answers."""

        def idle() -> bool:
            try:
                devices = self.api("GET", "/device")["devices"]
            except AssertionError:  # nobody listens yet, or the daemon is not ready
                return False
            return set(serials) <= {device["serial"] for device in devices if device["state"] == "idle"}

        wait_until(idle, timeout_s=40, what=f"idle phones {serials}")

    def follow(self, serial: str, target: str) -> int:
        """A follow task through REST; its id."""
        request = {"serials": [serial], "script_name": "follow", "script_config": {"target_users": [target]}}
        (task_id,) = self.api("POST", "/task", request)["task_ids"]
        return int(task_id)

    def ended(self, task_id: int) -> dict[str, Any]:
        """The task, once it has ended."""
        self.ctl("task", "wait", str(task_id), "--timeout", str(ENDED_S), check=False)
        task: dict[str, Any] = self.api("GET", f"/task/{task_id}")
        return task


def curl(machine: Machine, method: str, url: str, value: Mapping[str, Any] | None = None, *, token: str = "") -> Any:
    """One request from inside the machine; its JSON."""
    body = [] if value is None else ["--header", "Content-Type: application/json", "--data", json.dumps(value)]
    body += ["--header", f"Authorization: Bearer {token}"] if token else []
    return json.loads(machine.run("curl", "--silent", "--show-error", "--request", method, *body, url).stdout)


def write(machine: Machine, path: str, text: str, *, mode: int = 0o644) -> None:
    """A file of the machine's root."""
    file = machine.root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def edit(machine: Machine, path: str, changes: Mapping[str, str]) -> None:
    """As with an editor: each of these lines once in the file, replaced."""
    file = machine.root / path.lstrip("/")
    text = file.read_text()
    for old, new in changes.items():
        assert text.count(f"\n{old}\n") == 1, old
        text = text.replace(f"\n{old}\n", f"\n{new}\n")
    file.write_text(text)


def probe_source() -> str:
    return Path(__file__).with_name("probe.py").read_text()
