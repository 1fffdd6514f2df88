"""What the shell completes: serials and task ids, asked from the daemon; nothing when it does not answer."""

from collections.abc import Callable

import click
from click.shell_completion import CompletionItem

from drover.client import ControlClient, ControlError
from drover.wire.control import AccountList, DeviceList, ListAccounts, ListDevices, ListTasks, TaskPage
from drover.wire.faults import RequestError
from drover_ctl.session import session

TIMEOUT_S = 1.0


def complete_serial(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    def ask(client: ControlClient) -> list[CompletionItem]:
        devices = client.ask(ListDevices(), DeviceList).devices
        return [CompletionItem(device.serial, help=device.state.value) for device in devices]

    return _complete(ctx, incomplete, ask)


def complete_account(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    def ask(client: ControlClient) -> list[CompletionItem]:
        accounts = client.ask(ListAccounts(), AccountList).accounts
        return [
            CompletionItem(account.username, help=f"{account.platform} on {account.serial}") for account in accounts
        ]

    return _complete(ctx, incomplete, ask)


def complete_task(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    def ask(client: ControlClient) -> list[CompletionItem]:
        tasks = client.ask(ListTasks(page_size=50), TaskPage).tasks
        return [CompletionItem(str(task.id), help=f"{task.script_name} {task.status.name.lower()}") for task in tasks]

    return _complete(ctx, incomplete, ask)


def _complete(
    ctx: click.Context, incomplete: str, ask: Callable[[ControlClient], list[CompletionItem]]
) -> list[CompletionItem]:
    try:
        with ControlClient(session(ctx).socket, client_name="droverctl completion", timeout_s=TIMEOUT_S) as client:
            return [item for item in ask(client) if str(item.value).startswith(incomplete)]
    except (ControlError, RequestError):
        return []
