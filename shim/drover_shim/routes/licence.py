"""The plan."""

from typing import Final

from drover.wire.control import License
from drover_shim.answers import LICENCE
from drover_shim.route import Call, Route


def check(call: Call) -> License:
    """The plan."""
    return call.pool.plan()


ROUTES: Final = (Route(method="GET", path="/license/check", handler=check, answers=LICENCE),)
