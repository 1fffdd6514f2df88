"""Tests mirror the source: a module has a test file of its name."""

import ast
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SOURCE, TESTS = ROOT / "daemon" / "drover", ROOT / "tests" / "unit" / "drover"

PACKAGES: Final = ("policy", "store", "supervisor", "worker")

COMPONENTS: Final = "components.py"
"""Only constructs; supervisor/test_structure.py holds all of them at once."""

FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def modules(package: str) -> set[str]:
    """Its modules that do something, as paths within it, without the suffix."""
    found = [path for path in (SOURCE / package).rglob("*.py") if path.name not in ("__init__.py", COMPONENTS)]
    paths = [path.relative_to(SOURCE / package).with_suffix("") for path in found if not only_declares(path)]
    return {path.as_posix() for path in paths if "migrations" not in path.parts}


def only_declares(path: Path) -> bool:
    """Whether the module has no function with a body: it names values and protocols, and the type checker holds it."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, FUNCTIONS)]
    statements = [statement for function in functions for statement in function.body]
    return all(isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in statements)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_module_has_a_test_file_of_its_name(package: str) -> None:
    without = {
        name
        for name in modules(package)
        if not (TESTS / package / name).with_name(f"test_{Path(name).name}.py").is_file()
    }
    assert without == set(), "write a test file of the module's name"


def test_no_stranger_is_passed_for_a_component_of_the_supervisor() -> None:
    found = Counter[str]()
    for path in (TESTS / "supervisor").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast":
                found[path.relative_to(TESTS / "supervisor").as_posix()] += 1
    assert dict(found) == {}, "pass a real component, or what its type says"
