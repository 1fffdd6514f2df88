"""Scripts that a task can name. Commands are added by an operator only: a web page must not start programs."""

from typing import Final

from drover.wire.custom import ListScripts, ScriptList
from drover_shim import view
from drover_shim.route import Call, Route
from drover_shim.shapes import ScriptListView


def list_scripts(call: Call) -> ScriptListView:
    """Every script that a task can name, and what it takes."""
    found = call.ask(ListScripts(), ScriptList).scripts
    return ScriptListView(total=len(found), scripts=[view.script(info) for info in found])


ROUTES: Final = (Route(method="GET", path="/script", handler=list_scripts, answers=ScriptListView),)
