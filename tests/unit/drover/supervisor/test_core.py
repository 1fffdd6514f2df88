"""What every component stands on: events of this boot reach subscribers from the store, and the dispatcher is woken."""

import asyncio
from pathlib import Path
from random import Random

from drover.config import ApiSection, Config
from drover.store import Store, events, tasks
from drover.supervisor import clock
from drover.supervisor.core import Boot, Core
from drover.supervisor.jobs import Jobs
from drover.supervisor.settings import Settings
from drover.wire.events import TaskChanged
from tests.support.registered import never
from tests.support.stored import add


def core_on(store: Store, folder: Path) -> Core:
    settings = Settings(Config())
    boot = Boot(id="b", settings=settings, runtime_dir=folder, jobs=Jobs(never), rng=Random(1), load=Config)
    return Core(boot, store, store.read_sync(events.last_id))


def test_subscribers_hear_what_is_stored_from_now_on(store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        add(store)
        core = core_on(store, tmp_path)
        feed = asyncio.create_task(core.event_feed.run(store.follow()))
        live, earlier = await core.event_feed.subscribe(None), await core.event_feed.subscribe(0)
        stopped = await store.write(tasks.stop_pending, 1, now=store.clock())
        core.signal.wake()
        heard = [(await anext(subscription.events())).body for subscription in (live, earlier)]
        assert isinstance(heard[0], TaskChanged)
        assert heard[0].task == stopped
        assert heard[1] != heard[0]
        await asyncio.wait_for(core.signal.wait(60), 10)
        feed.cancel()

    asyncio.run(play())


def test_a_boot_goes_by_one_configuration_and_knows_when_it_began(store: Store, tmp_path: Path) -> None:
    before = clock.now()
    core = core_on(store, tmp_path)
    assert before <= core.started_at <= clock.now()
    core.settings.replace(Config(api=ApiSection(port=7)))
    assert core.boot.settings is core.settings
    assert core.address.for_scripts().url == "http://127.0.0.1:7/api/v1/"
