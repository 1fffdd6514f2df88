"""Scripts that a task can name. Commands are added by an operator only: a web page must not start programs."""

from typing import Final

from drover.wire.custom import ListScripts, ScriptList
from drover_shim.answers import SCRIPT_LIST
from drover_shim.route import Call, Route


def list_scripts(call: Call) -> ScriptList:
    """Every script that a task can name, and what it takes."""
    return call.ask(ListScripts(), ScriptList)


ROUTES: Final = (Route(method="GET", path="/script", handler=list_scripts, answers=SCRIPT_LIST),)
