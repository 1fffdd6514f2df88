"""An app that is seen logged in as an account, and what is kept under the keys of both."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from drover.policy.media import Wanted, wanted
from drover.policy.pace import Pace
from drover.store import (
    Store,
    account_pace,
)
from drover.wire.post import PostConfig
from tests.support.stored import logged_in

PACE = Pace(zone=ZoneInfo("UTC"), limits={"follow": 2})
PHONE, NAMELESS, KEY = "R58M1", "tiktok#R58M1", "tiktok:shop.one"


def want(account: str) -> Wanted:
    """A video of the library for this account, which another account may have too."""
    return wanted(PostConfig(), platform="tiktok", account=account, reuse="per_account")


def learn(store: Store, username: str = "Shop.One", **more: Any) -> None:
    """TikTok on the phone is seen logged in as this account."""
    fields: dict[str, Any] = {"serial": PHONE, "app_version": "43.1", "learned_at": store.clock(), **more}
    logged_in(store, username, **fields)


def used(store: Store, account: str) -> dict[str, int]:
    """By script what counts for the key today."""
    return store.read_sync(account_pace.used_on, [account], PACE.day(store.clock())).get(account, {})


def uses(store: Store) -> list[tuple[str, str, str, int]]:
    """Every use of a file: (account key, key of the file, state, task)."""
    query = text("SELECT account, key, state, task_id FROM media_uses ORDER BY key, account")
    return [tuple(row) for row in store.read_sync(lambda conn: conn.execute(query).all())]
