"""The end of an attempt, with what must go in steps before it."""

from typing import Any

from drover.policy.records import Decision
from drover.store import attempts, groups
from drover.store.attempts import Decider
from drover.store.store import Store
from drover.wire.tasks import Task


async def finish(store: Store, fence: int, decision: Decision | Decider, **more: Any) -> Task | None:
    """attempts.finish, durable. Of a large group the rest is held first, a step at a time, while the attempt is open.

    After a crash between the two the attempt is still open, and the next start ends it: the rest then waits for its
    pause once more.
    """
    while True:
        try:
            return await store.write(attempts.finish, fence, decision, **more)
        except groups.LargeGroupError as error:
            rest = error.rest
        ids = await store.read(groups.free_ids, rest)
        async for _ in store.steps(groups.hold, 0 if ids else None, ids=ids, until=rest.until):
            pass
