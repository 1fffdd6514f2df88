"""What the data directory takes: a trial says it, whatever the cause, and says it no longer once it is gone."""

import asyncio
import errno
import os
from pathlib import Path

import pytest

from drover.store.errors import StoreUnavailableError
from drover.supervisor.upkeep import disk as disk_module
from drover.supervisor.upkeep.disk import Disk


async def _wrote() -> None:
    return


async def _full() -> None:
    raise StoreUnavailableError("the database cannot take it now: database or disk is full")


async def _never() -> None:
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_module, "KEPT_S", 0.0)


def test_case_b5_a_disk_that_takes_everything_keeps_nothing_of_the_trial(tmp_path: Path) -> None:
    assert asyncio.run(Disk(tmp_path / "tasks", write=_full).cannot_take()) == {}
    assert os.listdir(tmp_path / "tasks") == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE])
def test_case_b5_what_is_refused_is_named_until_it_is_taken(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> list[dict[str, str]]:
        def fail(*_args: object, **_fields: object) -> None:
            raise OSError(code, os.strerror(code))

        found: list[dict[str, str]] = []
        with monkeypatch.context() as patched:
            patched.setattr("drover.supervisor.upkeep.disk.tempfile.TemporaryFile", fail)
            found.append(await Disk(tmp_path / "tasks", write=_wrote).cannot_take())
            full = Disk(tmp_path / "tasks", write=_full)
            found.append(await full.cannot_take())
        return [*found, await full.cannot_take()]

    evidence = f"no file can be kept in {tmp_path / 'tasks'}: {os.strerror(code)}"
    assert asyncio.run(ask()) == [
        {"evidence": evidence},
        {"evidence": evidence, "tasks": "the database cannot take it now: database or disk is full"},
        {},
    ]


def test_case_b5_a_disk_that_hangs_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_module, "TRIAL_S", 0.05)

    async def ask() -> dict[str, str]:
        (tmp_path / "tasks").write_text("in the way")
        return await Disk(tmp_path / "tasks", write=_never).cannot_take()

    assert "has not answered" in asyncio.run(ask())["evidence"]
