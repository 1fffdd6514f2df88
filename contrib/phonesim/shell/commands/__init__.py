"""The commands of the phone, one family a module; `COMMANDS` is all of them by name."""

from collections.abc import Mapping
from typing import Final

from phonesim.shell.call import Command
from phonesim.shell.commands import plain, properties

COMMANDS: Final[Mapping[str, Command]] = {**plain.COMMANDS, **properties.COMMANDS}
