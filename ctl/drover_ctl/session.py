"""What every command shares: the connection, the output, and the options --json and --socket."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click

from drover.client import ControlClient
from drover.wire.control import RequestBody, Working
from drover_ctl.output import Output

F = TypeVar("F", bound=Callable[..., Any])
B = TypeVar("B")
P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Session:
    """One run of droverctl. Connects when the first request is made."""

    socket: Path | None = None
    as_json: bool = False
    _client: ControlClient | None = None

    @property
    def client(self) -> ControlClient:
        if self._client is None:
            self._client = ControlClient(self.socket, client_name="droverctl")
        return self._client

    @property
    def output(self) -> Output:
        """Formats in the daemon's zone once there is a daemon, else in UTC."""
        zone = ZoneInfo(self._client.welcome.zone) if self._client is not None else ZoneInfo("UTC")
        return Output(as_json=self.as_json, zone=zone)

    def ask(
        self,
        body: RequestBody,
        expected: type[B],
        *,
        timeout_s: float | None = None,
        progress: Callable[[Working], None] | None = None,
    ) -> B:
        if progress is None:
            return self.client.ask(body, expected, timeout_s=timeout_s)
        return self.client.ask(body, expected, timeout_s=timeout_s, progress=progress)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


def session(ctx: click.Context) -> Session:
    """The run's session."""
    return ctx.ensure_object(Session)


def shared_options(command: F) -> F:
    """Add --json and --socket; they may stand before or after the command's name."""
    for option in (
        click.option(
            "--socket",
            type=click.Path(path_type=Path),
            expose_value=False,
            callback=_remember_socket,
            help="The daemon's control socket.",
        ),
        click.option(
            "--json", is_flag=True, expose_value=False, callback=_remember_json, help="Print the same data as JSON."
        ),
    ):
        command = option(command)
    return command


def with_session(command: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
    """Give a command the run's session as its first argument, and the options --json and --socket."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return command(session(click.get_current_context()), *args, **kwargs)

    return shared_options(run)


def _remember_socket(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        session(ctx).socket = value


def _remember_json(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        session(ctx).as_json = True
