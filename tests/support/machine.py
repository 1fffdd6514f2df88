"""A small Linux with a real systemd, in namespaces of this machine: nothing of it is left when it ends.

Its root is empty memory with this machine's `/usr`, its network its own loopback, so default ports clash with
no one's. Needs root, cgroup v2 and a few programs; `missing()` says what is not there.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

import psutil

from tests.support.phones import wait_until

REPOSITORY: Final = Path(__file__).parents[2]
SYSTEMD: Final = Path("/lib/systemd/systemd")
PROGRAMS: Final = ("unshare", "setpriv", "nsenter", "mount", "pivot_root", "mknod", "curl", "dbus-daemon")
UNSHARE: Final = ("unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--net", "--cgroup", "--kill-child")
BOOT_S: Final = 30.0
PREFIX: Final = "drover-machine-"
_CLEAN: Final = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root"}
# unshare is started in the machine's root cgroup, and ends with the tests; so then does all of the machine.
_JOIN: Final = 'echo $$ >"$0/cgroup.procs" && exec setpriv --pdeathsig KILL "$@"'


def missing() -> str:
    """Why no machine can be made here; "" if one can."""
    if sys.platform != "linux" or os.getuid() != 0:
        return "needs Linux and root, to make namespaces"
    if not SYSTEMD.exists() or not list(Path("/usr/lib").glob("*/security/pam_systemd.so")):
        return "needs a systemd that could run: apt-get install systemd libpam-systemd"
    if programs := [name for name in PROGRAMS if shutil.which(name) is None]:
        return f"needs the programs {', '.join(programs)}: apt-get install dbus curl"
    if cgroup_root() is None:
        return "needs cgroup v2, mounted"
    if subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode != 0:
        return "needs the right to make namespaces"
    version = "import sysconfig; print(sysconfig.get_config_var('SOABI'))"
    system = subprocess.run(["/usr/bin/python3", "-c", version], capture_output=True, text=True, check=False)
    if system.stdout.strip() != sysconfig.get_config_var("SOABI"):
        return "needs a /usr/bin/python3 of the version that the tests run on: their libraries are lent to it"
    return ""


def cgroup_root() -> Path | None:
    """Where cgroup v2 is mounted here, alone or next to v1."""
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    return next((Path(words[1]) for words in mounts if words[2] == "cgroup2"), None)


class Machine:
    """`with Machine() as machine:`; `machine.root` is its file system, seen from here."""

    def __init__(self) -> None:
        found = cgroup_root()
        assert found is not None
        self._cgroups = found
        self._outer: subprocess.Popen[bytes] | None = None
        self.pid = 0
        """Its systemd, in this machine's numbers."""

    def __enter__(self) -> Self:
        self._sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self._cgroup = self._cgroups / self.folder.name
        try:
            self._boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def root(self) -> Path:
        return Path(f"/proc/{self.pid}/root")

    def run(
        self, *words: str, check: bool = True, timeout_s: float = 30.0, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A command in there, as its root; raises AssertionError with its output if it fails and `check`."""
        done = subprocess.run(
            ["nsenter", f"--target={self.pid}", "--all", *words],
            env={**_CLEAN, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert not check or done.returncode == 0, f"{' '.join(words)}: {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def close(self) -> None:
        """End every process in it at once; with them its mounts end. Then its cgroups."""
        if self._outer is not None:
            # The first process of a pid namespace takes all others with it; unshare ends when that has.
            if self._outer.poll() is None:
                os.kill(self.pid or self._outer.pid, signal.SIGKILL)
            self._outer.wait(30)
            self._outer = None
        if self._cgroup.exists():
            wait_until(lambda: not _populated(self._cgroup), what="the end of the machine's processes")
            _remove(self._cgroup)
        self.folder.rmdir()

    def _boot(self) -> None:
        self._cgroup.mkdir()
        arguments = [str(self.folder), str(REPOSITORY), sysconfig.get_path("purelib")]
        with (self.folder.parent / f"{self.folder.name}.log").open("w+b") as log:
            Path(log.name).unlink()
            self._outer = subprocess.Popen(
                [
                    "sh",
                    "-c",
                    _JOIN,
                    str(self._cgroup),
                    *UNSHARE,
                    "sh",
                    str(Path(__file__).with_suffix(".sh")),
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                wait_until(self._runs, timeout_s=BOOT_S, what="the machine's start")
            except AssertionError as error:
                log.seek(0)
                raise AssertionError(f"{error}: {log.read().decode()}") from None

    def _runs(self) -> bool:
        assert self._outer is not None
        assert self._outer.poll() is None, "the machine ended at its start"
        children = psutil.Process(self._outer.pid).children()
        if not children or "systemd" not in children[0].name():
            return False
        if not self.pid:
            self.pid = children[0].pid
            # unshare itself is of no namespace in there: its systemd could not name it.
            (_own_cgroup(self._cgroups) / "cgroup.procs").write_text(str(self._outer.pid))
        return self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def _sweep(self) -> None:
        """What tests left that were killed; their machine's processes ended with them."""
        for left in self._cgroups.glob(f"{PREFIX}*"):
            owner = int(left.name.removeprefix(PREFIX).split("-")[0])
            if not psutil.pid_exists(owner) and not _populated(left):
                _remove(left)
                with contextlib.suppress(OSError):
                    Path(tempfile.gettempdir(), left.name).rmdir()


def _own_cgroup(root: Path) -> Path:
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    return root / next(line.removeprefix("0::/") for line in lines if line.startswith("0::/"))


def _populated(cgroup: Path) -> bool:
    return "populated 1" in (cgroup / "cgroup.events").read_text()


def _remove(cgroup: Path) -> None:
    for path, _, _ in os.walk(cgroup, topdown=False):
        os.rmdir(path)
