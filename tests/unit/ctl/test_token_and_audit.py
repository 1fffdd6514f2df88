"""droverctl token and audit."""

import os
from pathlib import Path

from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl
from tests.unit.ctl.conftest import A


def test_s08_token_show_and_rotate(ctl: Ctl) -> None:
    shown = ctl("token", "show")
    assert shown.code == 0
    assert "require_token = true" in shown.err  # and never on standard output, where a script reads the token
    token = shown.out.strip()
    assert len(token.split()) == 1
    rotated = ctl("token", "rotate", "--json").json
    assert rotated["token"] != token
    assert ctl("token", "show").out.strip() == rotated["token"]
    assert Path(rotated["path"]).read_text().strip() == rotated["token"]


def test_s30_audit_list(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    assert ctl("audit", "list").out == "nothing has been changed yet\n"
    ctl("task", "stop", "1")
    ctl("task", "stop", "1")
    lines = ctl("audit", "list").lines
    assert lines[0].split() == ["ID", "TIME", "WHO", "TOKEN", "CALL", "ABOUT", "RESULT"]
    assert lines[1].split()[-1] == "40901"
    assert lines[2].split()[-1] == "ok"
    assert f"uid {os.getuid()} (droverctl)" in lines[2]
    assert '{"task_id": 1}' in lines[2]
    entries = ctl("audit", "list", "-n", "1", "--json").json
    assert [(entry["action"], entry["code"]) for entry in entries] == [("stop_task", 40901)]
    assert len(ctl("audit", "list", "--before", "2").lines) == 2
    ctl("account", "add", "me", "--serial", A)
    assert ctl("audit", "list", "-n", "1", "--json").json[0]["ids"] == {"username": "me", "serial": A}
