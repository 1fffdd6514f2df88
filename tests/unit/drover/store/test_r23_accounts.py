"""r23: however requests name a real account, it has one limit, one pause and one use of each file.

`DROVER_MODEL_EXAMPLES=10000` runs as many histories as the promise wants at night; the usual run is short.
"""

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drover.policy.accounts import bare
from drover.policy.pace import account_key
from drover.store import account_pace, database, logins
from drover.wire.tasks import Reason
from tests.support.account_farm import AccountFarm

ENGINE = database.engine_for(Path(":memory:"), writes=True)
PHONES = ("P1", "127.0.0.1:5555")
HANDLES = ("shop.one", "ada")
NAMES = (None, None, None, "shop.one", "Shop.One", "@SHOP.ONE", "@Ada")
"""As requests name an account; None by its phone. `enable_multi_account` names what is registered there."""
SCRIPTS = ("follow", "follow", "post")
STEPS = 150


class History:
    """What happens, one step after another."""

    def __init__(self, farm: AccountFarm) -> None:
        self.farm = farm

    def idle(self, serial: str) -> bool:
        return serial not in self.farm.running

    def before(self) -> None:
        """A release of before counted a follow for the phone; then its account is learned."""
        day = self.farm.pace.day(self.farm.clock())
        self.farm.do(account_pace.count, account_key("tiktok", None, "P1"), "follow", day)
        self.farm.effects.append(("follow", self.farm.logged_in["P1"], "before"))
        self.learn("P1")

    def submit(self, serial: str, name: str | None, script: str) -> None:
        self.farm.submit(serial, None if name is None else bare(name), script)

    def switch(self, serial: str, handle: str) -> None:
        if self.idle(serial):
            self.farm.logged_in[serial] = handle

    def learn(self, serial: str) -> None:
        if self.idle(serial):
            self.farm.learn(serial)

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
        elif live.tapped:
            self.farm.finish(serial, None)
        else:
            self.farm.act(serial, taps=taps)
            if not taps and not self.idle(serial):
                self.farm.finish(serial, Reason.INTERRUPTED)


def happen(history: History, dice: Random) -> None:
    """One random step; most often a phone goes on with what it does."""
    serial = dice.choice(PHONES)
    steps: dict[Callable[[], object], int] = {
        lambda: history.advance(serial): 24,
        lambda: history.advance(serial, taps=False): 1,
        lambda: history.farm.clock.pass_s(70): 4,
        lambda: history.submit(serial, dice.choice(NAMES), dice.choice(SCRIPTS)): 3,
        lambda: history.switch(serial, dice.choice(HANDLES)): 2,
        lambda: history.learn(serial): 1,
        lambda: history.reinstall(serial): 1,
        history.farm.crash: 1,
    }
    dice.choices(list(steps), weights=list(steps.values()))[0]()


@contextmanager
def database_of(template: Path) -> Generator[AccountFarm]:
    """A farm on a copy of the migrated empty database, in memory."""
    with ENGINE.connect() as conn, closing(sqlite3.connect(template)) as source:
        source.backup(conn.connection.driver_connection)  # type: ignore[arg-type]
        yield AccountFarm(conn, dict.fromkeys(PHONES, HANDLES[0]))


@settings(
    max_examples=int(os.environ.get("DROVER_MODEL_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32 - 1))
def test_r23_one_limit_one_pause_one_use_whatever_names_the_account(empty_database: Path, seed: int) -> None:
    dice = Random(seed)
    with database_of(empty_database) as farm:
        history = History(farm)
        farm.logged_in[PHONES[1]] = dice.choice(HANDLES)
        if dice.random() < 0.5:
            history.before()
        for _ in range(STEPS):
            happen(history, dice)
            farm.check()
