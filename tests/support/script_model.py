"""Scripts that are not built in, in the model behind the fake daemon: they are listed, and nothing runs them."""

from drover.policy.catalog import ADDED, Catalog, Command
from drover.supervisor.tasks.scripts import command_fault
from drover.wire import custom
from drover.wire.control import Done
from drover.wire.faults import Code, RequestError


class ScriptModel:
    """Commands by name; a test may set `plugins` and `configured`."""

    def __init__(self) -> None:
        self.added: dict[str, Command] = {}
        self.configured: dict[str, Command] = {}
        self.plugins: dict[str, custom.PluginSheet] = {}

    @property
    def catalog(self) -> Catalog:
        return Catalog(commands={**self.added, **self.configured}, plugins=self.plugins)

    def _list_scripts(self, _body: custom.ListScripts) -> custom.ScriptList:
        return custom.ScriptList(scripts=self.catalog.listed())

    def _add_script(self, body: custom.AddScript) -> custom.ScriptInfo:
        name = body.script_name
        spec = custom.checked(name, body.spec)
        if name in self.configured or name in self.plugins:
            raise RequestError(Code.CONFLICT, f"name: {name!r} is taken", {"name": name})
        if fault := command_fault(spec.command):
            raise RequestError(Code.INVALID, f"command: {fault}")
        if name in self.added and not body.replace:
            raise RequestError(Code.CONFLICT, f"name: a script {name!r} was added already", {"name": name})
        self.added[name] = Command(spec=spec, origin=ADDED)
        return next(info for info in self.catalog.listed() if info.name == name)

    def _remove_script(self, body: custom.RemoveScript) -> Done:
        name = body.script_name
        custom.checked_name(name)
        if name in self.configured:
            raise RequestError(Code.CONFLICT, f"name: {name!r} is in the configuration", {"name": name})
        if self.added.pop(name, None) is None:
            raise RequestError(Code.NOT_FOUND, f"script {name}: was never added")
        return Done()
