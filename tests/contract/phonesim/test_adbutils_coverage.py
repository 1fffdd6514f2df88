"""Every public method of adbutils is called on a simulated phone by a test here, or named with the reason why not."""

import ast
from pathlib import Path

import adbutils
import pytest
from adbutils._device_base import Property
from adbutils.sync import Sync

# Who is asked in these modules' tests, and what it is.
RECEIVERS: dict[str, type] = {
    "client": adbutils.AdbClient,
    "device": adbutils.AdbDevice,
    "device.sync": Sync,
    "device.prop": Property,
}
NOT_CALLED = {
    "device.download_apk": "fetches a file from the web to this machine; no phone takes part",
    "client.server_kill": "called on a server of its own, by another name, in test_a_server_is_told_to_end",
}


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def called() -> set[str]:
    """`receiver.name` of every attribute that the tests ask one of the receivers for."""
    found: set[str] = set()
    for module in Path(__file__).parent.glob("test_adbutils*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Attribute) and (receiver := ast.unparse(node.value)) in RECEIVERS:
                found.add(f"{receiver}.{node.attr}")
    return found


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_each_public_method_is_called_or_excused(receiver: str) -> None:
    offered = {f"{receiver}.{name}" for name in public(RECEIVERS[receiver])}
    missing = offered - called() - set(NOT_CALLED)
    assert not missing, f"no test calls {sorted(missing)}; what cannot be called belongs into NOT_CALLED"


def test_no_excuse_is_outdated() -> None:
    offered = {f"{receiver}.{name}" for receiver, kind in RECEIVERS.items() for name in public(kind)}
    assert set(NOT_CALLED) <= offered - called()
