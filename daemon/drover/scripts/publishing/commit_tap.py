"""The commit tap of a publication, and the answer to the question that some versions ask after it."""

from collections.abc import Callable
from typing import Final

from drover.phone.engine import PhoneTimeoutError, TapUncertainError
from drover.phone.hierarchy import Node
from drover.scripts.navigation import Navigator, NotReachedError, Sight

_QUESTION_S: Final = 4.0


def tap_and_answer(nav: Navigator, button: Node, asked: Callable[[Sight], Node | bool | None]) -> None:
    """Tap what publishes. Where the app asks once more, only its answer publishes: it is tapped too, once, under the

    same intent. Which of the two was the commit tap shows only afterwards; neither is ever repeated.

    `asked` gives the answer that publishes, True once the form is gone without a question, None while it stands.
    Raises TapUncertainError when no one can tell whether the tap arrived.
    """
    uncertain: TapUncertainError | None = None
    try:
        nav.phone.tap_once(button)
    except TapUncertainError as error:
        uncertain = error
    answer = _answer(nav, asked)
    if answer is not None:
        nav.phone.tap_once(answer)
    elif uncertain is not None:
        raise uncertain


def _answer(nav: Navigator, asked: Callable[[Sight], Node | bool | None]) -> Node | None:
    """The answer that publishes, if the app asks; None once it has left the form, or is not seen to ask in time."""
    try:
        found = nav.reach(asked, what="the form to go", timeout_s=_QUESTION_S, patient=True)
    except (NotReachedError, PhoneTimeoutError):
        return None
    return found if isinstance(found, Node) else None
