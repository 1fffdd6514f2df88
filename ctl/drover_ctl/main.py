"""`droverctl`: the command tree, and the one place where errors become messages and exit codes."""

import io
import os
import sys
from importlib.metadata import version

import click

from drover.client import ControlError
from drover.wire.faults import RequestError
from drover_ctl.commands.account import account
from drover_ctl.commands.apps import apps
from drover_ctl.commands.audit import audit
from drover_ctl.commands.backup import backup
from drover_ctl.commands.completion import COMPLETE_VARIABLE, completion
from drover_ctl.commands.device import device
from drover_ctl.commands.doctor import doctor
from drover_ctl.commands.lease import lease
from drover_ctl.commands.material import material
from drover_ctl.commands.reload import reload
from drover_ctl.commands.script import script
from drover_ctl.commands.status import status
from drover_ctl.commands.task import task
from drover_ctl.commands.token import token
from drover_ctl.exits import Exit, exit_for
from drover_ctl.output import complain
from drover_ctl.session import Session, shared_options

INTERRUPTED = 130


@click.group(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "auto_envvar_prefix": "DROVERCTL",
    }
)
@click.version_option(version("drover"), "--version", message="%(prog)s %(version)s")
@shared_options
def cli() -> None:
    """Run and watch a herd of Android phones.

    \b
    Exit codes: 0 ok, 1 failed, 2 usage, 3 daemon not reachable, 4 not found, 5 conflict, 6 timed out.

    \b
    Examples:
      droverctl status
      droverctl task create follow --serial 127.0.0.1:5555 --target ada,bob --wait
      droverctl task list --status failed --json
    """


for command in (
    *(status, device, task, account, script, material, lease, apps),
    *(token, audit, backup, doctor, reload, completion),
):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run and exit."""
    session = Session()
    _show_all_characters()
    try:
        code = _run(arguments, session)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has seen enough; the interpreter must not complain about it on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.FAILED
    finally:
        session.close()
    sys.exit(int(code))


def _run(arguments: list[str] | None, session: Session) -> int:
    try:
        result = cli.main(
            arguments, prog_name="droverctl", complete_var=COMPLETE_VARIABLE, standalone_mode=False, obj=session
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except UnicodeEncodeError:
        if COMPLETE_VARIABLE not in os.environ:
            raise
        return Exit.FAILED  # click cannot offer a word that is not UTF-8
    except (RequestError, ControlError, OSError) as error:
        complain(error, as_json=session.as_json)
        return exit_for(error)
    return result if isinstance(result, int) else Exit.OK


def _show_all_characters() -> None:
    """What standard output has no character for, such as a byte of a file name that is not UTF-8, is escaped there."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
