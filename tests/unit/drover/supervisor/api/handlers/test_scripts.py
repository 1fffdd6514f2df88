"""Scripts that are commands: added, listed, removed."""

from drover.wire.control import Done
from drover.wire.custom import AddScript, CommandSpec, ListScripts, RemoveScript, ScriptInfo, ScriptList
from drover.wire.faults import Code
from tests.support.supervised import Rig, Supervised


def test_a_command_is_a_script_until_it_is_removed(rig: Rig) -> None:
    rig.set(scripts={"nightly": CommandSpec(command=["/bin/true"])})

    async def scene(daemon: Supervised) -> None:
        async def names() -> set[str]:
            return {info.name for info in (await daemon.ask(ListScripts(), ScriptList)).scripts}

        before = await names()
        assert {"follow", "unfollow", "post", "nightly"} <= before
        body = AddScript(script_name="warm", spec=CommandSpec(command=["/bin/true"]))
        assert (await daemon.ask(body, ScriptInfo)).name == "warm"
        assert await names() == before | {"warm"}
        assert (await daemon.refused(body)).code is Code.CONFLICT
        await daemon.ask(RemoveScript(script_name="warm"), Done)
        assert await names() == before
        for name, code in (("warm", Code.NOT_FOUND), ("nightly", Code.CONFLICT)):
            assert (await daemon.refused(RemoveScript(script_name=name))).code is code, name

    rig.play(scene)
