"""Every command has somebody who carries it out."""

import inspect
from typing import get_args

from drover.policy import phone_commands
from drover.policy.phone_commands import Command
from drover.supervisor.app import wiring


def test_each_command_is_carried_out_by_somebody() -> None:
    every = {kind.__name__ for kind in get_args(Command)}
    defined = {
        name
        for name, found in vars(phone_commands).items()
        if inspect.isclass(found) and found.__module__ == phone_commands.__name__
    }
    assert every == defined
    source = inspect.getsource(wiring.command_loop)
    assert [name for name in sorted(every) if f"c.{name}:" not in source] == []
