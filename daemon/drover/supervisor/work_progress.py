"""What an operation that takes long tells the client that waits for it: how far it is.

The control server listens for the request that it carries out; whatever works for it reports here, and knows no client.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int], None]
"""Takes how much is done, and of how much in all."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Generator[None]:
    """Within the block, and in tasks that are created there, reports reach this listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report(done: int, total: int) -> None:
    """So much is done, durably. Does nothing where no client waits."""
    if (listener := _listener.get()) is not None:
        listener(done, total)
