"""Scripts beside the built-in ones, over HTTP: they can be named and listed, and never added."""

from drover.policy.catalog import ADDED, Command
from drover.wire.custom import CommandSpec, PluginSheet
from tests.contract.rest.conftest import A
from tests.support.control import FakeDaemon
from tests.support.rest import Rest


def test_a_command_is_a_script_name_like_any_other(rest: Rest, fake: FakeDaemon) -> None:
    spec = CommandSpec(command=["/srv/secret-place/warm.js"], summary="warms up", timeout_s=60)
    fake.model.added["warm"] = Command(spec=spec, origin=ADDED)
    created = rest.post("/task", {"serials": [A], "script_name": "warm", "script_config": {"any": {"thing": [1]}}})
    assert (created.code, created.data["created_count"]) == (0, 1)
    (task_id,) = created.data["task_ids"]
    shown = rest.get(f"/task/{task_id}").data
    assert (shown["script_name"], shown["script_config"]) == ("warm", {"any": {"thing": [1]}})
    refused = rest.post("/task", {"serials": [A], "script_name": "dance", "script_config": {}})
    assert (refused.code, "warm" in refused.message) == (40003, True)


def test_scripts_are_listed_without_what_is_the_operators(rest: Rest, fake: FakeDaemon) -> None:
    spec = CommandSpec(command=["/srv/secret-place/warm.js"], summary="warms up", timeout_s=60)
    fake.model.added["warm"] = Command(spec=spec, origin=ADDED)
    fake.model.plugins["report"] = PluginSheet(name="report", origin="report 1", fault="ImportError in /secret-place")
    reply = rest.get("/script")
    rows = {row["name"]: row for row in reply.data["scripts"]}
    assert reply.data["total"] == len(rows)
    assert rows["warm"] == {
        **{"name": "warm", "kind": "command", "summary": "warms up", "effect": "", "retry_safe": False},
        **{"settles": False, "platform": "generic", "timeout_s": 60.0, "parameters": None, "usable": True},
    }
    assert (rows["report"]["usable"], rows["follow"]["kind"]) == (False, "built_in")
    assert b"secret-place" not in reply.body


def test_no_route_adds_a_script(rest: Rest) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert rest.json(method, "/script", {"name": "x", "command": ["/bin/sh"]}).code == 40501
