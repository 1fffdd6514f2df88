"""What the shell completes: serials and task ids, asked from the daemon; nothing when it does not answer."""

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

from drover.client import ControlClient, ControlError
from drover.wire.control import AccountList, DeviceList, ListAccounts, ListDevices, ListTasks, TaskPage
from drover.wire.faults import RequestError
from drover_ctl.session import session

TIMEOUT_S = 1.0


Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(ask: Callable[[ControlClient], Iterable[tuple[str, str]]]) -> Complete:
    """Completes with what `ask` gives: words, each with its help."""

    def complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            with ControlClient(session(ctx).socket, client_name="droverctl completion", timeout_s=TIMEOUT_S) as client:
                return [CompletionItem(word, help=help) for word, help in ask(client) if word.startswith(incomplete)]
        except (ControlError, RequestError):
            return []

    return complete


complete_serial = _completer(
    lambda client: [(one.serial, one.state.value) for one in client.ask(ListDevices(), DeviceList).devices]
)
complete_account = _completer(
    lambda client: [
        (one.username, f"{one.platform} on {one.serial}") for one in client.ask(ListAccounts(), AccountList).accounts
    ]
)
complete_task = _completer(
    lambda client: [
        (str(one.id), f"{one.script_name} {one.status.name.lower()}")
        for one in client.ask(ListTasks(page_size=50), TaskPage).tasks
    ]
)
