"""The table of requests: each type has one function."""

from collections import Counter
from typing import Any, cast, get_args

from drover.supervisor.api.handlers import NOUNS
from drover.supervisor.api.state import DaemonState
from drover.wire import control

OF_THE_CONNECTION = {control.Hello, control.AnnounceApi}


def test_each_request_has_exactly_one_handler() -> None:
    nothing = cast(DaemonState, None)
    found: Counter[type[Any]] = Counter(kind for noun in NOUNS for kind in noun(nothing).table())
    assert set(found) | OF_THE_CONNECTION == set(get_args(control.RequestBody))
    assert set(found.values()) == {1}
