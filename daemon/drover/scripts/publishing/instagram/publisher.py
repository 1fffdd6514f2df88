"""Instagram's Publisher: the parts of publishing in their order."""

from typing import Final

from drover.apps import Screen, composer
from drover.apps.composer import Destination
from drover.apps.view import View
from drover.phone.engine import TapUncertainError
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.instagram.form import aim, write_caption
from drover.scripts.publishing.instagram.plan import destination
from drover.scripts.publishing.instagram.proof import Before, find_proof, survey
from drover.scripts.publishing.instagram.ways import enter, to_end
from drover.scripts.publishing.leaving import leave_unfinished
from drover.scripts.publishing.publisher import Publication

_QUESTION_S: Final = 4.0


class InstagramPublisher:
    """Implements Publisher for one attempt."""

    def __init__(self) -> None:
        self._before = Before()
        self._wanted = Destination.REEL
        self._words = ""

    def survey(self, nav: Navigator) -> None:
        self._before = survey(nav)

    def prepare(self, nav: Navigator, publication: Publication) -> None:
        self._wanted = destination(publication.config, publication.kind)
        self._words = publication.caption.joined
        enter(nav, publication, self._wanted)
        to_end(nav, publication, self._wanted)
        write_caption(nav, self._words)
        aim(nav, self._wanted, self._words)

    def aim(self, nav: Navigator) -> Node:
        return aim(nav, self._wanted, self._words)

    def tap(self, nav: Navigator, button: Node) -> None:
        """Tap Share. Where a sheet asks once more, only its answer publishes: it is tapped too, once, under the same

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
            if sight.seen.screen is Screen.PUBLISH_QUESTION:
                return composer.publish_answer(View(nav.app, sight.tree))
            return None if sight.seen.screen in (Screen.POST_FORM, Screen.STORY_EDITOR) else True

        try:
            found = nav.reach(decide, what="the form to go", timeout_s=_QUESTION_S, patient=True)
        except NotReachedError:
            return None
        return found if isinstance(found, Node) else None

    def verify(self, nav: Navigator, publication: Publication) -> Hierarchy:
        return find_proof(nav, publication, self._wanted, self._before)

    def abandon(self, nav: Navigator) -> None:
        """BACK and Discard; where that does not lead out, the app is ended."""
        if not leave_unfinished(nav):
            nav.phone.force_stop(nav.ctx.package)
