"""The commands of the phone, one family a module; `COMMANDS` is all of them by name."""

from collections.abc import Mapping
from typing import Final

from phonesim.shell.call import Command
from phonesim.shell.commands import (
    activity,
    app_process,
    content,
    dumpsys,
    file_info,
    files,
    input,
    logcat,
    packages,
    plain,
    processes,
    properties,
    screenrecord,
    system,
    text,
    window,
)

COMMANDS: Final[Mapping[str, Command]] = {
    **plain.COMMANDS,
    **files.COMMANDS,
    **file_info.COMMANDS,
    **text.COMMANDS,
    **properties.COMMANDS,
    **system.COMMANDS,
    **processes.COMMANDS,
    **logcat.COMMANDS,
    **screenrecord.COMMANDS,
    **dumpsys.COMMANDS,
    **packages.COMMANDS,
    **activity.COMMANDS,
    **input.COMMANDS,
    **content.COMMANDS,
    **window.COMMANDS,
    **app_process.COMMANDS,
}
