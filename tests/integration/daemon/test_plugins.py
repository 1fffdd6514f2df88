"""Python scripts of other packages: found, checked at intake, run in the worker, and harmless where they are broken."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drover.wire.control import Diagnose, Diagnosis
from drover.wire.custom import ListScripts, ScriptInfo, ScriptList
from drover.wire.doctor import Level
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Effect, Reason, Status
from drover_ctl.skeleton import write_skeleton
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm, wait_until
from tests.support.plugins import install, install_module

EXAMPLE = Path(__file__).parents[3] / "contrib" / "examples" / "drover-profile-report"

HEAD = """
import msgspec
from drover.scripts.context import Context

class Script:
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        times: int = 1
    effect = "poke"
    reconciles = {reconciles}
    retry_safe = False
    def __init__(self, config): self.config = config
    def run(self, ctx: Context) -> None:
"""
POKE = (
    HEAD.format(reconciles=False)
    + """
        ctx.commit("poke", ctx.phone.back)
        ctx.confirm(ctx.phone.screen())
"""
)
UNPROVEN = (
    HEAD.format(reconciles=False)
    + """
        ctx.commit("poke", ctx.phone.back)
"""
)
RECONCILING = (
    HEAD.format(reconciles=True)
    + """
        import os, time
        if ctx.reconcile:
            ctx.remark = "it had been done"
            ctx.confirm(ctx.phone.screen())
            return
        ctx.step(f"pid {os.getpid()}", 10)
        ctx.commit("poke", ctx.phone.back)
        ctx.step("done", 60)
        while True:
            ctx.step("waiting", 60)
            time.sleep(0.1)
"""
)
BROKEN = {
    "missing-import": ("import no_such_module_anywhere\n", "No module named 'no_such_module_anywhere'"),
    "exiting": ("import sys\nsys.exit(3)\n", "SystemExit"),
    "dying": ("import os\nos._exit(4)\n", "ended the process"),
    "threaded": (f"import threading as t\nt.Thread(target=t.Event().wait, daemon=True).start()\n{POKE}",
                 "starts threads"),
    "untyped": ("class Script:\n    effect = ''\n    reconciles = retry_safe = False\n    run = print\n", "Config"),
    "post": (POKE, "Drover's own"),
}  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    install(EXAMPLE, folder)
    skeleton = tmp_path_factory.mktemp("skeleton") / "word-count"
    write_skeleton("word-count", skeleton)
    install(skeleton, folder)
    for name, source in {"poke": POKE, "unproven": UNPROVEN, "reconciling": RECONCILING}.items():
        install_module(name, source, folder)
    for name, (source, _) in BROKEN.items():
        install_module(name, source, folder)
    return folder


@pytest.fixture(scope="module")
def daemon(adb_server: AdbServer, farm: PhoneFarm, installed: Path) -> Iterator[DroverDaemon]:
    settings = {"PYTHONPATH": str(installed)}
    with DroverDaemon(adb_port=adb_server.port, settings=settings) as running:
        running.wait_idle(*(phone.serial for phone in farm.phones))
        yield running


def scripts(daemon: DroverDaemon) -> dict[str, ScriptInfo]:
    return {info.name: info for info in daemon.client.ask(ListScripts(), ScriptList).scripts}


def start(daemon: DroverDaemon, name: str, serial: str, **config: Any) -> int:
    return daemon.create(name, config, serial)[0]


def test_installed_plugins_are_listed_and_broken_ones_say_why(daemon: DroverDaemon) -> None:
    found = scripts(daemon)
    report = found["profile-report"]
    assert (report.kind, report.origin, report.fault) == ("python", "drover-profile-report 0.1.0", "")
    assert (report.effect, report.retry_safe) == ("", True)
    assert "user" in str(report.parameters)
    for name, (_, why) in BROKEN.items():
        if name != "post":
            assert why in found[name].fault, name
    with pytest.raises(RequestError) as refused:
        start(daemon, "dying", "R58M1")
    assert refused.value.failure.code is Code.SCRIPT_UNSUPPORTED
    assert "droverctl doctor" in refused.value.failure.message
    findings = {one.subject: one for one in daemon.client.ask(Diagnose(), Diagnosis).findings if one.check == "script"}
    assert {name for name, one in findings.items() if one.level is Level.ERROR} == set(BROKEN)


def test_the_example_runs_and_its_parameters_are_checked_early(daemon: DroverDaemon, serial: str) -> None:
    for config, field in (({}, "user"), ({"user": "@a b"}, "script_config.user"), ({"user": "ada", "usr": 1}, "usr")):
        with pytest.raises(RequestError) as refused:
            start(daemon, "profile-report", serial, **config)
        assert refused.value.failure.code is Code.INVALID
        assert field in refused.value.failure.message
    task = daemon.wait_ended(start(daemon, "profile-report", serial, user="mina.moves"))
    assert (task.status, task.effect) == (Status.COMPLETED, Effect.NONE), task.remark
    assert task.remark == "@mina.moves: the button says “Follow”."
    assert any("profile" in name for name in task.evidence)


def test_the_documented_skeleton_of_a_plugin_runs(daemon: DroverDaemon, serial: str) -> None:
    task = daemon.wait_ended(start(daemon, "word-count", serial, word="o"))
    assert (task.status, task.effect) == (Status.COMPLETED, Effect.NONE), task.remark
    assert "labels contain" in task.remark


def test_a_plugins_effect_without_proof_ends_as_unknown(daemon: DroverDaemon, serial: str) -> None:
    proven = daemon.wait_ended(start(daemon, "poke", serial))
    assert (proven.status, proven.effect) == (Status.COMPLETED, Effect.CONFIRMED), proven.remark
    unproven = daemon.wait_ended(start(daemon, "unproven", serial))
    assert (unproven.reason, unproven.effect, unproven.retry_safe) == (Reason.OUTCOME_UNKNOWN, Effect.UNKNOWN, False)
    assert unproven.attempt == 1


def test_a_plugin_that_reconciles_is_asked_to_look_also_by_the_next_boot(
    adb_server: AdbServer, farm: PhoneFarm, installed: Path
) -> None:
    with DroverDaemon(adb_port=adb_server.port, settings={"PYTHONPATH": str(installed)}) as daemon:
        serial = farm.phones[1].serial
        daemon.wait_idle(serial)
        task_id = start(daemon, "reconciling", serial)
        daemon.wait_task(task_id, lambda task: task.step == "waiting")
        daemon.kill()
        daemon.start()
        task = daemon.wait_ended(task_id)
        assert (task.status, task.effect, task.attempt) == (Status.COMPLETED, Effect.CONFIRMED, 2)
        assert task.remark == "it had been done"


def test_a_worker_that_dies_in_a_plugin_harms_nothing_else(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    task_id = start(daemon, "reconciling", serial)
    daemon.wait_task(task_id, lambda task: task.step == "waiting")
    other = start(daemon, "word-count", farm.phones[1].serial)
    log = (daemon.data_dir / "tasks" / str(task_id) / "log.txt").read_text()
    os.kill(int(log.partition("pid ")[2].split()[0]), signal.SIGKILL)
    assert daemon.wait_ended(task_id).status is Status.COMPLETED
    assert daemon.wait_ended(other).status is Status.COMPLETED
    wait_until(lambda: daemon.task(other).status.ended, what="the other phone's task")
