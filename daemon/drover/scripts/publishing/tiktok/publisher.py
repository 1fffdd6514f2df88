"""TikTok's Publisher: the parts of publishing in their order."""

from typing import Final

from drover.apps.publishing import post_button, publish_answer
from drover.phone.engine import TapUncertainError
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.leaving import leave_unfinished
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.tiktok.form import fill, ready_button
from drover.scripts.publishing.tiktok.proof import GridSight, find_proof, read_grid
from drover.scripts.publishing.tiktok.ways import enter, to_form

_QUESTION_S: Final = 4.0


class TikTokPublisher:
    """Implements Publisher for one attempt."""

    def __init__(self) -> None:
        self._before: GridSight | None = None

    def survey(self, nav: Navigator) -> None:
        self._before = read_grid(nav)

    def prepare(self, nav: Navigator, publication: Publication) -> None:
        enter(nav, publication)
        to_form(nav, publication)
        fill(nav, publication)

    def aim(self, nav: Navigator) -> Node:
        return ready_button(nav)

    def tap(self, nav: Navigator, button: Node) -> None:
        """Tap Post. Where "Publish now?" follows, only its answer publishes: it is tapped too, once, under the same

        intent. Which of the two was the commit tap shows only afterwards; neither is ever repeated.
        """
        uncertain: TapUncertainError | None = None
        try:
            nav.phone.tap_once(button)
        except TapUncertainError as error:
            uncertain = error
        answer = self._asked(nav)
        if answer is not None:
            nav.phone.tap_once(answer)
        elif uncertain is not None:
            raise uncertain

    def _asked(self, nav: Navigator) -> Node | None:
        """The answer that publishes, if the app asks; None once it has left the form, or does not ask in time."""

        def decide(sight: Sight) -> Node | bool | None:
            answer = publish_answer(nav.app, sight.tree)
            if answer is not None:
                return answer
            return None if post_button(nav.app, sight.tree) is not None else True

        try:
            found = nav.reach(decide, what="the form to go", timeout_s=_QUESTION_S, patient=True)
        except NotReachedError:
            return None
        return found if isinstance(found, Node) else None

    def verify(self, nav: Navigator, publication: Publication) -> Hierarchy:
        if self._before is None:
            raise RuntimeError("verify follows survey")
        return find_proof(nav, publication, self._before)

    def abandon(self, nav: Navigator) -> None:
        leave_unfinished(nav)
