"""Commands that were added as scripts."""

import pytest

from drover.store import ConflictError, Store, scripts
from drover.wire.custom import CommandSpec


def test_a_command_is_kept_replaced_only_when_asked_and_forgotten(store: Store) -> None:
    first, second = CommandSpec(command=["/bin/true"]), CommandSpec(command=["/bin/false"])
    store.write_sync(scripts.put, "warm", first)
    store.write_sync(scripts.put, "cool", first)
    with pytest.raises(ConflictError, match="'warm' was added already"):
        store.write_sync(scripts.put, "warm", second)
    assert list(store.read_sync(scripts.all)) == ["cool", "warm"]
    store.write_sync(scripts.put, "warm", second, replace=True)
    assert store.read_sync(scripts.all) == {"cool": first, "warm": second}
    assert [store.write_sync(scripts.delete, "warm") for _ in range(2)] == [True, False]
