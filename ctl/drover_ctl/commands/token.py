"""droverctl token: the API's token. The socket is the owner's alone, so who may ask here may know it."""

import click

from drover.wire.control import ApiToken, RotateToken, ShowToken
from drover_ctl.session import Session, with_session


@click.group()
def token() -> None:
    """The API's token, needed if require_token is set."""


@token.command()
@with_session
def show(run: Session) -> None:
    """Show the token; it is created if there is none yet.

    \b
    Example:
      curl -H "Authorization: Bearer $(droverctl token show)" http://127.0.0.1:50809/api/v1/task
    """
    _show(run, run.ask(ShowToken(), ApiToken))


@token.command()
@with_session
def rotate(run: Session) -> None:
    """Create a new token. The old one is refused from then on, and event streams opened with it end.

    \b
    Example:
      droverctl token rotate
    """
    _show(run, run.ask(RotateToken(), ApiToken))


def _show(run: Session, found: ApiToken) -> None:
    run.output.line(found.token, found)
    if not found.required:
        run.output.note("the API asks for no token: set require_token = true in [api], and restart droverd")
