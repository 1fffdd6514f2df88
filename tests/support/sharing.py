"""How `make test` shares the tests among its processes: those that wait and those that compute run side by side.

Most tests with daemons, phones and adb wait; most others compute. One process takes the computing ones first, all
others the waiting ones first, each from the longest on; so two cores are busy while the waiting is waited for. The
tests of a module stay together, because they share its daemon and phones, unless each of them has its own.
"""

import re
from collections.abc import Iterable
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling
from xdist.workermanage import WorkerController

APART: Final = (
    "tests/faults/",
    *(f"tests/integration/daemon/test_{name}.py" for name in ("pace", "post", "recovery", "service")),
)
"""Nothing is shared in these modules but phones: each test may run in any process."""

BY_ENGINE: Final = "tests/integration/scripts/"
"""Each module of these opens its own phone for each engine: two that may run at once."""

COMPUTING: Final = "tests/unit/"
FIRST: Final = (
    "tests/faults/",
    "tests/integration/daemon/test_clocks",
    "tests/integration/daemon/test_post",
    "tests/integration/daemon/",
    "tests/integration/",
    "tests/browser/",
    "tests/unit/drover/store/test_model",
    "tests/unit/drover/scripts/test_instagram_post",
    "tests/unit/drover/scripts/test_post_cuts",
    "tests/unit/drover/scripts/",
    "tests/unit/drover/store/",
    "tests/unit/drover/apps/",
    "tests/unit/drover/",
)
"""What takes long, in the order in which it is begun: a long module that comes last is waited for alone."""


def tell_apart(items: Iterable[pytest.Item]) -> None:
    """Give every test its own id, or refuse: of those that share one, xdist runs one and says nothing.

    Schemathesis's tests of all routes share one, since pytest 9 makes a test's id without its name.
    """
    seen: set[str] = set()
    for item in items:
        if item.nodeid in seen and item.parent is not None:
            item._id = item.parent.id.child(item.name)  # pyright: ignore
        if item.nodeid in seen:
            raise pytest.UsageError(f"two tests are called {item.nodeid}")
        seen.add(item.nodeid)


def in_order(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests as they are to be begun; those of one module keep their order."""
    return sorted(items, key=lambda item: _rank(item.nodeid))


def unit(nodeid: str) -> str:
    """What has to run in one process: the module, the engine of a module, or the test alone."""
    module, _, test = nodeid.partition("::")
    if module.startswith(APART):
        return nodeid
    on_adb = module.startswith(BY_ENGINE) and "adb" in re.split(r"[][-]", test)[1:3]
    return f"{module} on adb" if on_adb else module


def _rank(nodeid: str) -> int:
    return next((place for place, prefix in enumerate(FIRST) if nodeid.startswith(prefix)), len(FIRST))


class Sharing(LoadScopeScheduling):
    """Implements xdist's scheduler: hands out the units in the order of the collection, which `in_order` made."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        computes = node.gateway.id == "gw0"
        wanted = next((name for name in self.workqueue if name.startswith(COMPUTING) == computes), None)
        if wanted is not None:
            self.workqueue.move_to_end(wanted, last=False)
        super()._assign_work_unit(node)
