"""The units of contrib/systemd under a real systemd: they start, work, stop, come back; fences hold (promise S31)."""

import json
import re
from typing import Any

from tests.chaos.rig import OWN_PROFILE_TAPS
from tests.integration.system import probe
from tests.integration.system.conftest import Installed
from tests.integration.system.service import Phones, Service, commands, probe_source, write
from tests.support.machine import Machine
from tests.support.phones import wait_until

STATUS_LINE = re.compile(r"^(\w+):\s+(.*)$", re.M)
NO_CAPABILITIES = "0" * 16
VISITOR = "visitor"
OWN_CONFIG = '[adb]\nport = 5038\n[api]\nport = 50810\nsocket = "api.sock"\n'
SLOW_TO_MISS = "[Service]\nWatchdogSec=5\n"


def status_of(machine: Machine, pid: int) -> dict[str, str]:
    """/proc/PID/status."""
    return dict(STATUS_LINE.findall((machine.root / "proc" / str(pid) / "status").read_text()))


def followed_once(service: Service, phones: Phones, serial: str, target: str) -> dict[str, Any]:
    task = service.ended(service.follow(serial, target))
    assert task["status_text"] == "completed", task
    assert phones.effects(serial, target) == 1
    return task


def journal(machine: Machine, *words: str) -> str:
    return machine.run("journalctl", "--no-pager", "--output=cat", *words).stdout


def test_s31_the_installed_service_completes_a_follow_with_one_effect(installed: Installed) -> None:
    service, phones = installed.service, installed.phones
    assert (service.show("Type"), service.show("ActiveState"), service.show("SubState")) == (
        "notify",
        "active",
        "running",
    )
    assert service.systemctl("is-enabled", "drover") == "enabled"
    task = followed_once(service, phones, phones.serials[0], "ada")
    said = journal(installed.machine, "--unit=drover", "--identifier=droverd").splitlines()
    actions = [json.loads(line) for line in said]
    assert [line["pid"] for line in actions if line["action"] == "ready"] == [int(service.show("MainPID"))]
    assert [line["status"] for line in actions if line["action"] == "attempt_ended" and line["task"] == task["id"]] == [
        "completed"
    ]


def test_s31_every_process_of_the_service_is_fenced(installed: Installed) -> None:
    processes = installed.service.processes()
    for part in ("droverd", "drover.worker.zygote", "drover_shim.main", "binaries/adb"):
        assert any(part in line for line in processes.values()), (part, processes)
    assert len(processes) >= 6  # two workers too
    for pid, line in processes.items():
        status = status_of(installed.machine, pid)
        assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {NO_CAPABILITIES}, line
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), line
        assert "0" not in status["Uid"].split(), line


def test_s31_what_the_fences_are_against_fails_inside_and_works_outside(installed: Installed) -> None:
    machine, service, serial = installed.machine, installed.service, installed.phones.serials[1]
    write(machine, "/opt/probe/probe.py", probe_source(), mode=0o755)
    machine.run("install", "-d", "-m", "1777", str(probe.OPEN_FOLDER))
    machine.run("install", "-d", "-m", "0755", str(probe.OTHERS_HOME))
    machine.run("mknod", "-m", "0666", str(probe.DEVICE), "c", "10", "229")
    as_user = ["runuser", "--user", "drover", "--", "sh", "-c", "umask 077; cd $(mktemp -d); exec /opt/probe/probe.py"]
    outside = json.loads(machine.run(*as_user).stdout)
    assert outside == dict.fromkeys(probe.TRIES, "done")
    (machine.root / "tmp" / "drover-probe").unlink()

    service.ctl("script", "add", "probe", "--", "/opt/probe/probe.py")
    (task_id,) = service.api("POST", "/task", {"serials": [serial], "script_name": "probe"})["task_ids"]
    task = service.ended(task_id)
    assert task["status_text"] == "completed", task
    (line,) = re.findall(r"\| (\{.*\})", service.ctl("task", "log", str(task_id)))
    assert json.loads(line) == {
        **dict.fromkeys(probe.ALLOWED, "done"),
        "write elsewhere": "EROFS",
        "read another's home": "EACCES",
        "see another's process": "ENOENT",
        "open another device": "EPERM",
        "set a uid bit": "EPERM",
        "make a namespace": "EPERM",
        "change personality": "EPERM",
        "change priority": "EPERM",
        "open a socket of another family": "EAFNOSUPPORT",
    }
    assert not (machine.root / "tmp" / "drover-probe").exists()


def test_s31_the_adb_server_is_hindered_by_no_fence(installed: Installed) -> None:
    """It also speaks netlink, as libusb and its own search in the network do: without that family it says so here."""
    said = (installed.machine.root / "var/lib/drover/adb-server.log").read_text()
    assert "write thread spawning" in said  # it has phones
    for refusal in ("not supported by protocol", "not permitted", "ermission denied", "Read-only"):
        assert refusal not in said


def test_s31_media_are_looked_into_behind_the_fences(installed: Installed) -> None:
    """The prober limits itself (setrlimit) and decodes with FFmpeg: neither may be refused."""
    machine = installed.machine
    make = "from pathlib import Path; from drover_demo.media import make_media; make_media(Path('/root/media'))"
    machine.run("mkdir", "-p", "/root/media")
    machine.run("/opt/drover/bin/python", "-c", make, environment={"PYTHONPATH": "/src/contrib"})
    assert installed.service.ctl("material", "add", "/root/media").splitlines()[-1].startswith("4 added")


def test_s28_files_of_the_service_are_its_users_alone(installed: Installed) -> None:
    tmpfiles = "/src/contrib/systemd/tmpfiles.d/drover.conf"  # agrees with what the unit made itself
    installed.machine.run("systemd-tmpfiles", "--create", tmpfiles)
    assert installed.machine.run("stat", "-c", "%a %U %G", "/etc/drover").stdout.split() == ["750", "root", "drover"]
    found = installed.machine.run(
        "find", "/var/lib/drover", "/run/drover", "-printf", r"%y %m %u %p\n"
    ).stdout.splitlines()
    assert len(found) > 15
    for line in found:
        kind, mode, owner, _ = line.split(maxsplit=3)
        assert owner == "drover", line
        if kind == "s":
            assert int(mode, 8) & 0o077 == 0, line
        else:
            assert mode == ("700" if kind == "d" else "600"), line


def test_reload_takes_a_good_file_and_refuses_a_bad_one(installed: Installed) -> None:
    machine, service = installed.machine, installed.service
    file = machine.root / "etc/drover/drover.toml"
    good, pid = file.read_text(), service.show("MainPID")
    service.systemctl("reload", "drover")
    number = len(good.splitlines()) + 1
    file.write_text(f"{good}prot = 1\n")
    refused = machine.run("systemctl", "reload", "drover", check=False)
    assert refused.returncode != 0
    assert f"drover.toml:{number}: " in journal(machine, "--unit=drover", "--lines=20")
    assert (service.show("ActiveState"), service.show("MainPID")) == ("active", pid)
    file.write_text(good)
    service.systemctl("reload", "drover")


def test_case_b9_another_user_of_the_machine_is_asked_for_the_token(installed: Installed) -> None:
    """It was made at the first start, and is the service's alone (test_s28_... sees its mode)."""
    machine, service = installed.machine, installed.service
    machine.run("useradd", "--no-create-home", "--shell", "/bin/sh", VISITOR)
    url = "http://127.0.0.1:50809/api/v1/task"
    answer = machine.run("runuser", "--user", VISITOR, "--", "curl", "--silent", "--show-error", url).stdout
    assert json.loads(answer)["code"] == 40101
    assert service.api("GET", "/task/stats")["total"] > 0
    assert "asks for no token" not in service.ctl("doctor", check=False)


def test_r08_stop_waits_for_a_task_that_runs_and_leaves_no_process(installed: Installed) -> None:
    service, phones = installed.service, installed.phones
    serial, target = phones.serials[0], "drained"
    hang = {"name": "hang", "command": "click", "when": "before", "skip": OWN_PROFILE_TAPS}
    phones.ask("POST", f"{serial}/faults", hang)
    task_id = service.follow(serial, target)
    wait_until(lambda: service.api("GET", f"/task/{task_id}")["effect"] == "intent", timeout_s=30, what="the tap")
    service.systemctl("stop", "--no-block", "drover")
    wait_until(lambda: '"draining"' in journal(installed.machine, "--unit=drover"), what="the drain")
    assert service.show("ActiveState") == "deactivating"
    phones.ask("DELETE", f"{serial}/faults")
    wait_until(lambda: service.show("ActiveState") == "inactive", timeout_s=40, what="the end of the service")
    assert (service.show("Result"), service.show("ExecMainStatus")) == ("success", "0")
    assert service.processes() == {}
    service.systemctl("start", "drover")
    service.wait_idle()
    assert service.api("GET", f"/task/{task_id}")["status_text"] == "completed"
    assert phones.effects(serial, target) == 1


def test_r07_a_daemon_that_stands_still_is_replaced_by_the_watchdog(installed: Installed) -> None:
    machine, service, phones = installed.machine, installed.service, installed.phones
    # As with `systemctl edit drover`: the unit's own 30 s would be a long test.
    write(machine, "/etc/systemd/system/drover.service.d/watchdog.conf", SLOW_TO_MISS)
    service.systemctl("daemon-reload")
    service.systemctl("restart", "drover")
    assert service.show("WatchdogUSec") == "5s"
    restarts = int(service.show("NRestarts"))
    pid, before = int(service.show("MainPID")), service.processes()
    machine.run("kill", "-STOP", str(pid))
    wait_until(
        lambda: int(service.show("NRestarts")) > restarts and service.show("SubState") == "running",
        timeout_s=60,
        what="the restart",
    )
    assert "Watchdog timeout (limit 5s)!" in journal(machine, "--unit=drover")
    assert not before.keys() & service.processes().keys()
    service.wait_idle(*phones.serials)
    followed_once(service, phones, phones.serials[1], "afterwards")


def test_s31_the_users_own_unit_works_and_is_fenced(installed: Installed) -> None:
    machine = installed.machine
    machine.run("useradd", "--create-home", "--shell", "/bin/sh", "someone")
    uid = machine.run("id", "-u", "someone").stdout.strip()
    machine.run("loginctl", "enable-linger", "someone")
    wait_until(
        lambda: machine.run("systemctl", "is-active", f"user@{uid}", check=False).stdout == "active\n", what="user"
    )
    home = ["HOME=/home/someone", f"XDG_RUNTIME_DIR=/run/user/{uid}"]
    as_user = ("runuser", "--user", "someone", "--", "env", *home)
    # Other ports than the system service, which runs beside it.
    write(machine, "/home/someone/.config/drover/drover.toml", OWN_CONFIG)
    machine.run("chown", "-R", "someone", "/home/someone")
    for line in commands("As your own user's service"):
        if line.startswith("pipx"):  # which makes these links
            line = "mkdir -p ~/.local/bin; ln -s /opt/drover/bin/droverd /opt/drover/bin/droverctl ~/.local/bin/"
        machine.run(*as_user, "sh", "-ec", f"cd /src; {line}")
    service = Service(
        machine,
        api_port=50810,
        systemctl=(*as_user, "systemctl", "--user"),
        cgroup=f"/user.slice/user-{uid}.slice/user@{uid}.service/app.slice/drover.service",
        ctl=(*as_user, "/home/someone/.local/bin/droverctl"),
    )
    assert (service.show("Type"), service.show("SubState")) == ("notify", "running")
    phones = Phones(machine, unit="users-phones", adb_port=5038, count=1)
    service.wait_idle(*phones.serials)
    followed_once(service, phones, phones.serials[0], "ada")
    ask_there = (
        f"curl --silent --show-error --unix-socket /run/user/{uid}/drover/api.sock http://localhost/api/v1/task/stats"
    )
    assert json.loads(machine.run(*as_user, "sh", "-c", ask_there).stdout)["data"]["completed"] == 1
    refused = machine.run("runuser", "--user", VISITOR, "--", "sh", "-c", ask_there, check=False)
    assert (refused.returncode, refused.stdout) == (7, "")
    assert f"asks for no token: other users of this machine ({VISITOR})" in service.ctl("doctor", "--json", check=False)
    processes = service.processes()
    assert len(processes) >= 5
    for pid, line in processes.items():
        status = status_of(machine, pid)
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), line
    modes = machine.run("find", "/home/someone/.local/share", "-printf", r"%y%m\n").stdout.split()
    assert set(modes) == {"d700", "f600"}
    assert '"action": "ready"' in journal(machine, "_SYSTEMD_USER_UNIT=drover.service")
    service.systemctl("reload", "drover")
    service.systemctl("stop", "drover")
    assert (service.show("Result"), service.show("ExecMainStatus")) == ("success", "0")
    assert service.processes() == {}
