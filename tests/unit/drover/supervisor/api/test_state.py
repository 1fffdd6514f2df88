"""What the daemon says of itself: where its API answers while it does, and the figures of its status."""

import asyncio
import os

from drover.supervisor.api.server import Peer
from drover.wire.codec import PROTOCOL_VERSION
from drover.wire.control import AnnounceApi, DaemonStatus, GetStatus
from drover.wire.devices import PhoneCondition
from drover.wire.worker import PhoneTrouble
from tests.support.supervised import PHONE, Rig, Supervised


def test_an_address_is_forgotten_with_the_connection_that_announced_it(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        state, first, second = daemon.state, Peer(0, 1), Peer(0, 2)
        state.announce_api(AnnounceApi(url="http://127.0.0.1:1/", socket="/a"), first)
        assert (state.core.address.url, state.core.address.socket) == ("http://127.0.0.1:1/", "/a")
        state.announce_api(AnnounceApi(url="http://127.0.0.1:2/"), second)
        first.gone.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert state.core.address.url == "http://127.0.0.1:2/"  # another gateway answers there by now
        second.gone.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert state.core.address.now() is None

    rig.play(scene)


def test_the_status_counts_tasks_phones_and_what_was_dropped(rig: Rig) -> None:
    rig.phones = [PHONE, "R58M2"]

    async def scene(daemon: Supervised) -> None:
        await daemon.create(3)
        trouble = PhoneTrouble(why="locked; unlock it", condition=PhoneCondition.LOCKED)
        daemon.reports.on_message("R58M2", trouble)
        daemon.state.core.tallies.malformed += 2
        daemon.state.core.tallies.counters["worker_death"] += 1
        status = await daemon.ask(GetStatus(), DaemonStatus)
        assert (status.tasks.pending, status.devices) == (3, {"idle": 1, "preparing": 1})
        assert status.not_ready == {"R58M2": "locked; unlock it"}
        assert (status.messages_dropped, status.counters["worker_death"]) == (2, 1)
        assert (status.pid, status.draining, status.adb_connected) == (os.getpid(), False, False)
        assert status.data_dir == str(rig.folder / "data")
        before, _ = status.activity, await daemon.create()
        after = (await daemon.ask(GetStatus(), DaemonStatus)).activity
        assert (after.commits, after.writes, after.reads) > (before.commits, before.writes, before.reads)
        assert after.writes - before.writes >= after.commits - before.commits >= 1

    rig.play(scene)


def test_the_welcome_names_version_boot_and_zone(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        welcome = daemon.state.welcome()
        assert (welcome.version, welcome.boot_id, welcome.pid, welcome.zone) == (
            PROTOCOL_VERSION, "boot-1", os.getpid(), "UTC",
        )  # fmt: skip

    rig.play(scene)
