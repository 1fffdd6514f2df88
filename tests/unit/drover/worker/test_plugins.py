"""Python scripts of other packages, found as the zygote starts: one that is broken breaks nothing else.

The search forks, so it runs in a process of its own, once for all tests.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.support.plugins import install_module

HEAD = '''
import msgspec

class Script:
    """Poke somebody."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        times: int = 1
    effect = "poke"
    reconciles = False
    retry_safe = True
    def __init__(self, config): self.config = config
    def run(self, ctx): ...
'''
GOOD, LATER = "poke", "zz-later"
SOURCES = {
    GOOD: HEAD,
    LATER: HEAD,
    "hanging": "import time\ntime.sleep(600)\n",
    "dying": "import os\nos._exit(4)\n",
    "exiting": "raise SystemExit(3)\n",
    "missing": "import no_such_module_anywhere\n",
    "shapeless": "Script = object\n",
    "large": HEAD.replace("Poke somebody.", "x" * 100_000),
    "threaded": f"import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n{HEAD}",
    "fickle": f"import os, pathlib\nseen = pathlib.Path(__file__).with_suffix('.seen')\n"
    f"if seen.exists(): raise ValueError('only once')\nseen.touch()\n{HEAD}",
    "post": HEAD,
}
LOOK = """
import json, msgspec
from drover import logs
from drover.scripts import registry
from drover.worker import plugins
logs.configure("info", "json")
plugins.IMPORT_TIMEOUT_S = 2.0
sheets = plugins.load()
made = {}
for sheet in sheets:
    try:
        made[sheet.name] = type(registry.make(sheet.name, {})).__name__
    except Exception as error:
        made[sheet.name] = type(error).__name__
print(json.dumps({"sheets": msgspec.to_builtins(sheets), "made": made}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was found: the sheets by name, and what a worker would make of each name."""
    site = tmp_path_factory.mktemp("site")
    for name, source in SOURCES.items():
        install_module(name, source, site)
    other = tmp_path_factory.mktemp("other")
    install_module("twice", HEAD, site)
    install_module("twice", HEAD, other)
    (other / "drover_twice-0.1.0.dist-info").rename(other / "another_twice-0.1.0.dist-info")
    metadata = other / "another_twice-0.1.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text().replace("drover-twice", "another-twice"))
    environment = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{other}"}
    done = subprocess.run([sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    return {"sheets": {sheet["name"]: sheet for sheet in said["sheets"]}, "made": said["made"]}


@pytest.mark.parametrize("name", [GOOD, LATER])
def test_a_good_one_can_be_made_and_says_what_it_is_also_after_broken_ones(found: dict[str, Any], name: str) -> None:
    sheet = found["sheets"][name]
    assert (sheet["fault"], sheet["effect"], sheet["retry_safe"]) == ("", "poke", True)
    assert (sheet["summary"], sheet["origin"]) == ("Poke somebody.", f"drover-{name} 0.1.0")
    assert "times" in json.dumps(sheet["parameters"])
    assert found["made"][name] not in ("LookupError", "ValidationError")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hanging", "its import did not end within 2.0 s"),
        ("dying", "its import ended the process (status 4)"),
        ("exiting", "cannot be imported: SystemExit: 3"),
        ("missing", "No module named 'no_such_module_anywhere'"),
        ("shapeless", "Config"),
        ("threaded", "starts threads when it is imported"),
        ("large", "a schema that is too large"),
        ("fickle", "cannot be imported: ValueError('only once')"),
        ("twice", "two packages have a script of this name: "),
    ],
)
def test_a_broken_one_is_named_with_its_fault_and_cannot_be_made(found: dict[str, Any], name: str, words: str) -> None:
    sheet = found["sheets"][name]
    assert words in sheet["fault"]
    assert len(sheet["fault"]) <= 500
    assert found["made"][name] == "LookupError"


def test_the_names_of_both_packages_are_told(found: dict[str, Any]) -> None:
    fault = found["sheets"]["twice"]["fault"]
    assert ("drover-twice 0.1.0" in fault, "another-twice 0.1.0" in fault) == (True, True)


def test_a_built_in_script_keeps_its_name(found: dict[str, Any]) -> None:
    assert found["made"]["post"] == "Post"
