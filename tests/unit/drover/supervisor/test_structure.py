"""How the supervisor is put together: constructors ask for little, and wiring makes no callbacks up."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import drover.supervisor
from drover.supervisor.api import state
from drover.supervisor.app import wiring

MOST_ARGUMENTS = 6

MODULES = [name for _, name, _ in pkgutil.walk_packages(drover.supervisor.__path__, "drover.supervisor.")]


def classes(module: str) -> Iterator[type]:
    """The classes that a module itself defines; not those that hold data, whose fields are named at each use."""
    for found in vars(importlib.import_module(module)).values():
        if not inspect.isclass(found) or found.__module__ != module or hasattr(found, "__dataclass_fields__"):
            continue
        if "__init__" in vars(found):
            yield found


@pytest.mark.parametrize("module", MODULES)
def test_no_constructor_asks_for_more_than_six_things(module: str) -> None:
    for found in classes(module):
        wanted = list(inspect.signature(vars(found)["__init__"]).parameters.values())[1:]
        named = [one.name for one in wanted if one.kind is not one.VAR_KEYWORD and one.kind is not one.VAR_POSITIONAL]
        assert len(named) <= MOST_ARGUMENTS, f"{module}.{found.__name__}: {', '.join(named)}"


def wired() -> Iterator[Path]:
    """The modules that put components together."""
    yield Path(wiring.__file__)
    yield from Path(wiring.__file__).parents[1].glob("*/components.py")


def test_wiring_makes_up_no_callbacks_and_sets_nothing_afterwards() -> None:
    modules = list(wired())
    assert len(modules) == 5
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text())):
            where = f"{path.parent.name}/{path.name}:{getattr(node, 'lineno', 0)}"
            assert not isinstance(node, ast.Lambda), f"{where}: a lambda"
            if isinstance(node, ast.Assign):
                targets = [target for target in node.targets if isinstance(target, ast.Attribute)]
                own = all(isinstance(target.value, ast.Name) and target.value.id == "self" for target in targets)
                assert own, f"{where}: an attribute of another object is set"


DECIDES = (ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.Match, ast.comprehension, ast.Compare)


def test_modules_of_components_decide_nothing() -> None:
    """So that they need no tests: the type checker holds what is given to what."""
    for path in Path(wiring.__file__).parents[1].glob("*/components.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not isinstance(node, DECIDES), f"{path.parent.name}/{path.name}:{getattr(node, 'lineno', 0)}"


def watched() -> set[str]:
    """The classes whose `watch` is called by DaemonState and the components."""
    kinds: dict[str, str] = {}
    called: set[str] = set()
    for path in [*Path(wiring.__file__).parents[1].glob("*/components.py"), Path(state.__file__)]:
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.arg(arg=name, annotation=ast.Name(id=kind)):
                    kinds[name] = kind
                case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Call(func=ast.Name(id=kind))):
                    kinds[name] = kind
                case ast.Call(func=ast.Attribute(attr="watch", value=ast.Attribute(attr=name))):
                    called.add(name)
                case _:
                    pass
    return {kinds[name] for name in called}


def test_whatever_watches_the_time_is_called_every_second() -> None:
    kinds = [found for module in MODULES for found in vars(importlib.import_module(module)).values()]
    watch = {kind for kind in kinds if inspect.isclass(kind) and "watch" in vars(kind)}
    every_second = {kind.__name__ for kind in watch if len(inspect.signature(vars(kind)["watch"]).parameters) == 1}
    assert watched() == every_second - {state.DaemonState.__name__}  # which the daemon calls


@pytest.mark.parametrize("module", [name for name in MODULES if not name.endswith(".clock")])
def test_the_clocks_are_read_in_one_place(module: str) -> None:
    source = Path(importlib.import_module(module).__file__ or "").read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            read = f"{node.value.id}.{node.attr}"
            clocks = ("datetime.now", "datetime.utcnow", "time.time", "time.monotonic", "time.monotonic_ns")
            assert read not in clocks, f"{module}:{node.lineno}: ask supervisor/clock.py"
