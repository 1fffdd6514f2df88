"""Changing several things by their ids, each by itself: a refusal of one does not keep the others from it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from drover.wire.faults import Code, RequestError
from drover_ctl.exits import Exit, exit_for
from drover_ctl.output import complain
from drover_ctl.session import Session

T = TypeVar("T")


def change_each(run: Session, ids: Iterable[int], change: Callable[[int], T]) -> tuple[list[T], Exit]:
    """What came of those that were changed, and the exit code of the first refusal, each of which is shown."""
    changed: list[T] = []
    code = Exit.OK
    for one in dict.fromkeys(ids):
        try:
            changed.append(change(one))
        except RequestError as error:
            complain(error, as_json=run.as_json)
            code = code or exit_for(error)
    return changed, code


def unknown_tasks(run: Session, ids: list[int]) -> Exit:
    """Show which tasks do not exist; the exit code."""
    if not ids:
        return Exit.OK
    complain(RequestError(Code.NOT_FOUND, f"there is no task {', '.join(map(str, ids))}"), as_json=run.as_json)
    return Exit.NOT_FOUND
