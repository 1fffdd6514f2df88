"""Every touch of a script goes through the one check: the phone offers no other, and scripts go around it nowhere."""

import ast
import inspect
from pathlib import Path

import drover.scripts
from drover.phone import phone
from drover.phone.phone import Phone

CHECKS = {"_landing", "reaches", "is_page"}
SENT_BY = {"_tap", "drag", "_swipe"}
"""`_swipe` scrolls the page under it and means no node."""
RAW = {"call", "adb_command", "raw_hierarchy", "_engine", "_adb", "_tap", "_swipe"}


def calls(tree: ast.AST) -> set[str]:
    """The last part of the name of everything that is called."""
    found = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "") for name in found}


def methods() -> dict[str, set[str]]:
    (cls,) = [node for node in ast.parse(inspect.getsource(phone)).body if getattr(node, "name", "") == "Phone"]
    assert isinstance(cls, ast.ClassDef)
    return {node.name: calls(node) for node in cls.body if isinstance(node, ast.FunctionDef)}


def test_promise_r28_only_checked_touches_reach_the_engine() -> None:
    source = {
        node.name: ast.unparse(node)
        for node in ast.walk(ast.parse(inspect.getsource(phone)))
        if isinstance(node, ast.FunctionDef)
    }
    sending = {name for name, text in source.items() if "_engine.tap(" in text or "_engine.swipe(" in text}
    assert sending == SENT_BY
    taps = {name: called for name, called in methods().items() if called & {"_tap"}}
    assert set(taps) == {"tap", "tap_once", "tap_along", "tap_page"}
    for name, called in {**taps, "drag": methods()["drag"]}.items():
        assert called & CHECKS, f"Phone.{name} sends a touch without asking where it lands"


def test_promise_r28_a_touch_is_asked_for_by_a_node_and_not_by_a_point() -> None:
    public = [made for name, made in vars(Phone).items() if inspect.isfunction(made) and not name.startswith("_")]
    assert not [made.__name__ for made in public if {"x", "y"} & set(inspect.signature(made).parameters)]


def test_promise_r28_no_script_goes_around_the_check() -> None:
    found: list[str] = []
    for file in sorted(Path(drover.scripts.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in RAW and ast.unparse(node.value).endswith("phone"):
                found.append(f"{file.name}:{node.lineno} {ast.unparse(node)}")
    assert found == []
