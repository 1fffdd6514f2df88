"""Scripts that a task can name. Commands are added by an operator only: a web page must not start programs."""

from typing import Any, Final

from drover.wire.custom import ListScripts, ScriptList
from drover_shim import view
from drover_shim.route import Call, Route


def list_scripts(call: Call) -> dict[str, Any]:
    found = call.ask(ListScripts(), ScriptList).scripts
    return {"total": len(found), "scripts": [view.script(info) for info in found]}


ROUTES: Final = (Route(method="GET", path="/script", handler=list_scripts),)
