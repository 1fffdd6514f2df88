"""Tests mirror the source: a module has a test file of its name. What has none yet is listed; the lists only shrink."""

import ast
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SOURCE, TESTS = ROOT / "daemon" / "drover", ROOT / "tests" / "unit" / "drover"

WITHOUT: Final[dict[str, set[str]]] = {
    "policy": {
        "records",  # values without decisions; every other test of policy makes them
        # the parts of policy.phone, held together by test_phone.py and test_phone_model.py
        "phone_commands",
        "phone_events",
        "phone_presence",
        "phone_state",
        "phone_uses",
        "phone_worker",
    },
    "store": {
        *("arrays", "errors", "rows"),  # a few lines each, tested in test_types.py and by whoever raises them
        "attempt_end",  # with the groups that it holds in steps, in test_groups.py
    },
    "worker": set(),
    "supervisor": {
        "api_address",
        "clock",
        "core",
        "devices/components",
        "jobs",
        "leases/components",
        "leases/direct_calls",
        "tallies",
        "tasks/acceptance",
        "tasks/attempt_starter",
        "tasks/begin_messages",
        "tasks/components",
        "tasks/dispatcher",
        "tasks/endings",
        "tasks/library",
        "tasks/planner",
        "tasks/running_attempts",
        "tasks/stop",
        "upkeep/components",
        "work_progress",
        "workers/protocol",  # types alone: whoever implements them is held to them by pyright
    },
}
"""Modules without a test file of their own. Tested by integration only, but for what is said next to them."""

DOUBLES: Final = {
    "devices/test_names.py": 1,
    "devices/test_presence.py": 1,
    "devices/test_recovery.py": 2,
    "leases/test_account_reader.py": 1,
    "leases/test_leases.py": 1,
    "tasks/test_intake.py": 1,
}
"""Tests of the supervisor that pass a stranger for a component by `cast`, with how many times."""

ONLY_SHRINKS: Final = "the list has an entry too many: take it out, so that it stays true"


def modules(package: str) -> set[str]:
    """Its modules as paths within it, without the suffix."""
    found = (SOURCE / package).rglob("*.py")
    paths = [path.relative_to(SOURCE / package).with_suffix("") for path in found if path.name != "__init__.py"]
    return {path.as_posix() for path in paths if "migrations" not in path.parts}


@pytest.mark.parametrize("package", WITHOUT)
def test_each_module_has_a_test_file_of_its_name(package: str) -> None:
    without = {
        name
        for name in modules(package)
        if not (TESTS / package / name).with_name(f"test_{Path(name).name}.py").is_file()
    }
    assert without - WITHOUT[package] == set(), "write a test file of the module's name"
    assert WITHOUT[package] - without == set(), ONLY_SHRINKS


def test_no_stranger_is_passed_for_a_component_of_the_supervisor() -> None:
    found = Counter[str]()
    for path in (TESTS / "supervisor").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast":
                found[path.relative_to(TESTS / "supervisor").as_posix()] += 1
    more = {name: count for name, count in found.items() if count > DOUBLES.get(name, 0)}
    assert more == {}, "pass a real component, or what its type says"
    assert dict(found) == DOUBLES, ONLY_SHRINKS
