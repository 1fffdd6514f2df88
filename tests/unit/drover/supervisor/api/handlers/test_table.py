"""The table of requests: each type has one function, and what reaches it is about the device itself."""

from collections import Counter
from typing import Any, get_args

import pytest

from drover.store import StoreUnavailableError, tasks
from drover.supervisor.api.handlers import NOUNS
from drover.wire import control
from drover.wire.faults import Code
from drover.wire.tasks import TaskStats
from tests.support.supervised import Rig, Supervised

OF_THE_CONNECTION = {control.Hello, control.AnnounceApi}


def test_each_request_has_exactly_one_handler(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        found: Counter[type[Any]] = Counter(kind for noun in NOUNS for kind in noun(daemon.state).table())
        assert set(found) | OF_THE_CONNECTION == set(get_args(control.RequestBody))
        assert set(found.values()) == {1}

    rig.play(scene)


def test_hello_comes_once_and_an_announcement_lives_as_long_as_its_connection(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        assert (await daemon.refused(control.Hello(version=1, client="x"))).code is Code.INVALID
        await daemon.ask(control.AnnounceApi(url="http://127.0.0.1:1/"), control.Done)
        status = await daemon.ask(control.GetStatus(), control.DaemonStatus)
        assert status.api_url == "http://127.0.0.1:1/"

    rig.play(scene)


def test_case_b5_a_store_that_cannot_write_asks_the_client_to_come_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_more: object) -> TaskStats:
        raise StoreUnavailableError("the disk is full")

    async def scene(daemon: Supervised) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(tasks, "stats", full)
            failure = await daemon.refused(control.GetTaskStats())
        assert (failure.code, failure.message, failure.retry_after_s) == (Code.UNAVAILABLE, "the disk is full", 5)

    rig.play(scene)
