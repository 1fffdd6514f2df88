"""Small values that outlive the daemon."""

from drover.store import Store, settings


def test_settings_hold_values_of_json(store: Store) -> None:
    assert store.read_sync(settings.get, "alive_at") is None
    assert store.read_sync(settings.get, "alive_at", 5) == 5
    for value in ("2026-11-24", {"a": [1, None]}, False, None):
        store.write_sync(settings.put, "alive_at", value)
        assert store.read_sync(settings.get, "alive_at", "unset") == value
