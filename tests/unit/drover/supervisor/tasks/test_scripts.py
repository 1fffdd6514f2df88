"""Scripts before the zygote has told which plugins there are."""

import asyncio
from pathlib import Path

import pytest

from drover.store import Store
from drover.supervisor.tasks import scripts
from drover.supervisor.tasks.scripts import Scripts
from drover.wire.faults import Code, RequestError


def test_only_what_may_be_a_plugin_is_waited_for(tmp_path: Path) -> None:
    async def run() -> None:
        with Store.open(tmp_path / "drover.db") as store:
            known = Scripts(store, {})
            await known.looked_for("follow")
            waiting = asyncio.create_task(known.looked_for("report"))
            await asyncio.sleep(0)
            assert not waiting.done()
            await known.found_plugins([])
            await waiting
            await known.looked_for()

    asyncio.run(run())


def test_whoever_waits_too_long_is_told_to_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "LOOKED_FOR_S", 0)

    async def run() -> None:
        with Store.open(tmp_path / "drover.db") as store, pytest.raises(RequestError, match="still importing") as told:
            await Scripts(store, {}).looked_for("report")
        assert told.value.failure.code is Code.UNAVAILABLE

    asyncio.run(run())
