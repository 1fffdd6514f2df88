"""r23: however requests name a real account, it has one limit, one pause and one use of each file.

`DROVER_MODEL_EXAMPLES=10000` runs as many histories as the promise wants at night; the usual run is short.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drover.policy.accounts import bare
from drover.policy.pace import account_key
from drover.store import database, logins, pacing
from drover.wire.tasks import Reason
from tests.support.account_farm import AccountFarm

ENGINE = database.engine_for(Path(":memory:"), writes=True)
PHONES = ("P1", "127.0.0.1:5555")
HANDLES = ("shop.one", "ada")
NAMES = st.sampled_from([None, None, "shop.one", "Shop.One", "@SHOP.ONE", "@Ada"])
"""As requests name an account; None by its phone. `enable_multi_account` names what is registered there."""

Step = Callable[["History"], None]
serials, handles = st.sampled_from(PHONES), st.sampled_from(HANDLES)
scripts = st.sampled_from(["follow", "follow", "post"])


class History:
    """What happens, one step after another. On phones in `unproven` uses wait that nobody can assign yet."""

    def __init__(self, farm: AccountFarm) -> None:
        self.farm = farm
        self.unproven: set[str] = set()

    def idle(self, serial: str) -> bool:
        return serial not in self.farm.running

    def before(self) -> None:
        """A release of before counted a follow for the phone that its account made."""
        day = self.farm.pace.day(self.farm.clock())
        self.farm.do(pacing.count, account_key("tiktok", None, "P1"), "follow", day)
        self.farm.effects.append(("follow", self.farm.logged_in["P1"], "before"))
        self.unproven.add("P1")

    def submit(self, serial: str, name: str | None, script: str) -> None:
        self.farm.submit(serial, None if name is None else bare(name), script)

    def switch(self, serial: str, handle: str) -> None:
        if self.idle(serial) and serial not in self.unproven:
            self.farm.logged_in[serial] = handle

    def learn(self, serial: str) -> None:
        if self.idle(serial):
            self.farm.learn(serial)
            self.unproven.discard(serial)

    def reinstall(self, serial: str) -> None:
        if self.idle(serial):
            self.farm.do(logins.forget, serial, "tiktok")

    def advance(self, serial: str, taps: bool = True) -> None:
        """The next thing that happens on a phone."""
        self.farm.clock.pass_s(1)
        live = self.farm.running.get(serial)
        if live is None:
            self.farm.begin(serial)
        elif not live.recognised:
            self.farm.recognise(serial)
            self.unproven.discard(serial)
        elif live.tapped:
            self.farm.finish(serial, None)
        else:
            self.farm.act(serial, taps=taps)
            if not taps and not self.idle(serial):
                self.farm.finish(serial, Reason.INTERRUPTED)


advance = st.builds(lambda serial: lambda history: history.advance(serial), serials)
others = st.one_of(
    st.builds(lambda s, n, what: lambda history: history.submit(s, n, what), serials, NAMES, scripts),
    st.builds(lambda s, handle: lambda history: history.switch(s, handle), serials, handles),
    st.builds(lambda s: lambda history: history.learn(s), serials),
    st.builds(lambda s: lambda history: history.reinstall(s), serials),
    st.builds(lambda s: lambda history: history.advance(s, taps=False), serials),
    st.builds(lambda s: lambda history: history.farm.clock.pass_s(s), st.sampled_from([20, 70])),
    st.just(lambda history: history.farm.crash()),
)
steps: st.SearchStrategy[list[Step]] = st.lists(st.one_of(*[advance] * 3, others), min_size=20, max_size=70)
submitted = st.lists(st.tuples(serials, NAMES, scripts), min_size=3, max_size=10)


@contextmanager
def database_of(template: Path) -> "Iterator[AccountFarm]":
    """A farm on a copy of the migrated empty database, in memory."""
    with ENGINE.connect() as conn, closing(sqlite3.connect(template)) as source:
        source.backup(conn.connection.driver_connection)  # type: ignore[arg-type]
        yield AccountFarm(conn, dict.fromkeys(PHONES, HANDLES[0]))


@settings(
    max_examples=int(os.environ.get("DROVER_MODEL_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(second=handles, before=st.booleans(), first=submitted, then=steps)
def test_r23_one_limit_one_pause_one_use_whatever_names_the_account(
    empty_database: Path, second: str, before: bool, first: list[tuple[str, str | None, str]], then: list[Step]
) -> None:
    with database_of(empty_database) as farm:
        history = History(farm)
        farm.logged_in[PHONES[1]] = second
        if before:
            history.before()
        for task in first:
            history.submit(*task)
        for step in then:
            step(history)
            farm.check()
