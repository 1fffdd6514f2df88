"""A command as a script: its environment, its output, what its exit means, and its end with the task. Real commands."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drover.scripts.context import ScriptFailed, StopRequestedError
from drover.wire.custom import CommandSpec, ManagedRun
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import EffectConfirmed, IntentRequested, Progressed, TapSent
from drover.worker import command_script
from drover.worker.command_script import MAX_REMARK_CHARS, ManagedScript, Output
from tests.support.phones import wait_until
from tests.support.processes import gone
from tests.support.worker_bench import INSTAGRAM, AnsweredAttempt, begin


class Scene(AnsweredAttempt):
    """An attempt of a command. `serves` is what the phone's thread does whenever the script lets it."""

    def __init__(self, at: Path, *command: str, serves: Callable[[], None] | None = None, **changes: Any) -> None:
        fields: dict[str, Any] = {"platform": "generic", "script_config": {"n": 1}, "folder": str(at / "3"), **changes}
        about: dict[str, Any] = {name: fields.pop(name) for name in ("retry_safe", "environment") if name in fields}
        spec = CommandSpec(command=list(command), platform=fields["platform"], **about)
        run = ManagedRun(spec=spec, session="5e55", api_base="http://127.0.0.1:1/api/v1/", token_file="/token")
        message = begin(at, script_name="warm", managed=run, **fields)
        super().__init__(message)
        self.woken = threading.Event()
        self.served: list[float] = []
        self._serves = serves
        self.script = ManagedScript(message, run, self.context, serve=self._serve, wake=self.woken.set)
        self.log = at / "3" / "log.txt"

    def _serve(self, timeout_s: float) -> None:
        self.served.append(timeout_s)
        if self._serves is not None:
            self._serves()
        self.woken.wait(timeout_s)

    def play(self) -> None:
        """From start to end, as an attempt does it."""
        assert self.script.prepare(self.context)
        self.script.commit(self.context)
        self.script.verify(self.context)


def test_an_exit_with_0_is_the_proof_and_the_output_is_the_log(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "/bin/sh", "-c", "echo warming; echo done >&2")
    scene.play()
    assert scene.told() == [IntentRequested, TapSent, EffectConfirmed]
    assert scene.context.effect is Effect.CONFIRMED
    assert ["| warming" in scene.log.read_text(), "| done" in scene.log.read_text()] == [True, True]
    assert not scene.app.running  # a generic one opens no app


def test_a_command_that_may_run_twice_needs_no_intent(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "/bin/true", retry_safe=True)
    scene.play()
    assert (scene.told(), scene.script.effect) == ([EffectConfirmed], "")


def test_another_exit_fails_with_its_last_lines(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "/bin/sh", "-c", "echo no luck; exit 3")
    with pytest.raises(ScriptFailed, match=r"warm ended with exit code 3; .*last: no luck") as failed:
        scene.play()
    assert failed.value.reason is Reason.SCRIPT_ERROR
    assert scene.context.effect is Effect.SENT


def test_the_environment_is_what_it_needs_and_nothing_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET", "WANTED", "LC_ALL"):
        monkeypatch.setenv(name, "C")
    scene = Scene(
        tmp_path, "/bin/sh", "-c", "env; pwd", environment=["WANTED"], username="anna.b", package="com.app"
    )  # fmt: skip
    scene.play()
    lines = {line.split("| ", 1)[1] for line in scene.log.read_text().splitlines() if "| " in line}
    has = dict(line.split("=", 1) for line in lines if "=" in line)
    assert {"TIKMATRIX_SESSION_ID": "5e55", "TIKMATRIX_SERIAL": "hand0001", "DROVER_USERNAME": "anna.b"}.items() <= (
        has.items()
    )
    assert has["DROVER_SCRIPT_CONFIG"] == '{"n":1}'
    assert {"WANTED", "LC_ALL", "PATH"} <= has.keys()
    assert "AWS_SECRET" not in has
    assert str(tmp_path / "3") in lines  # it runs in its task's folder


@pytest.mark.parametrize(("username", "active"), [(None, "anna.b"), ("bea", "bea")])
def test_a_command_for_an_app_finds_it_open_and_the_account_current(
    tmp_path: Path, username: str | None, active: str
) -> None:
    scene = Scene(tmp_path, "/bin/true", platform="instagram", package=INSTAGRAM, username=username)
    scene.play()
    assert (scene.app.running, scene.app.active) == (True, active)


def test_a_stop_ends_the_command(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "/bin/sh", "-c", "echo $$; exec sleep 600")
    scene.script.prepare(scene.context)
    scene.script.commit(scene.context)
    wait_until(lambda: "| " in scene.log.read_text(), what="its pid")
    pid = int(scene.log.read_text().rsplit("| ", 1)[1])
    scene.context.stop()
    with pytest.raises(StopRequestedError):
        scene.script.verify(scene.context)
    assert gone(pid)


def test_calls_are_served_while_it_runs_and_its_news_are_told(tmp_path: Path) -> None:
    def let() -> None:
        if any(isinstance(message, Progressed) and message.step == "ready" for message in scene.said):
            (tmp_path / "3" / "go").touch()

    scene = Scene(tmp_path, "/bin/sh", "-c", "echo ready; while [ ! -e go ]; do sleep 0.05; done", serves=let)
    scene.play()
    assert scene.served


def test_what_cannot_be_started_is_said_before_anything_is_done(tmp_path: Path) -> None:
    scene = Scene(tmp_path, str(tmp_path / "nothing"))
    with pytest.raises(ScriptFailed, match="nothing is not there") as failed:
        scene.play()
    assert (failed.value.reason, scene.context.effect) == (Reason.SCRIPT_ERROR, Effect.NONE)
    (tmp_path / "in the way").write_text("")
    scene = Scene(tmp_path, "/bin/true", folder=str(tmp_path / "in the way" / "3"))
    with pytest.raises(ScriptFailed, match=r"warm was not started: the folder .* check the disk") as failed:
        scene.play()
    assert failed.value.reason is Reason.INTERRUPTED
    with pytest.raises(RuntimeError, match="verify without commit"):
        scene.script.verify(scene.context)
    assert scene.script.end() == 0


def test_output_is_logged_up_to_its_limit_and_its_end_is_remembered() -> None:
    log: list[str] = []
    output = Output(log.append, max_bytes=64)
    for number in range(20):
        output.line(f"\x1b[1mline {number}\x1b[0m")
    assert log[0] == "| line 0"
    assert log[-1] == "more than 0 KiB of output: the rest is dropped"
    assert len(log) == 10
    assert output.news() == "line 19"
    assert output.news() == ""
    assert output.remark("warm", 3).endswith("line 15 / line 16 / line 17 / line 18 / line 19")
    assert output.remark("warm", 137).startswith("warm was ended by signal 9;")
    assert (
        Output(log.append).remark("warm", 1) == "warm ended with exit code 1; look at the task's log. It said nothing"
    )


def test_news_come_once_a_second_and_a_long_end_is_cut_at_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("drover.worker.command_script.time.monotonic", lambda: now[0])
    output = Output(lambda _line: None)
    output.line("a")
    assert output.news() == "a"
    output.line("b" * 500)
    assert output.news() == ""
    now[0] += command_script.STEP_EVERY_S
    assert output.news() == "b" * 200
    for _ in range(5):
        output.line("c" * 400)
    said = output.remark("warm", 1).split("It said last: ")[1]
    assert (said[0], len(said)) == ("…", MAX_REMARK_CHARS + 1)
