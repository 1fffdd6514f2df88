"""TikTok's Publisher: the parts of publishing in their order."""

from typing import Final

from drover.apps import Screen
from drover.apps.publish_controls import publish_answer
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.commit_tap import tap_and_answer
from drover.scripts.publishing.discard import leave_unfinished
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.survey import Survey
from drover.scripts.publishing.tiktok.form import fill, ready_button
from drover.scripts.publishing.tiktok.proof import find_proof, survey
from drover.scripts.publishing.tiktok.ways import enter, to_form

_STILL_THERE: Final = (Screen.POST_FORM, Screen.PUBLISH_QUESTION, Screen.UNKNOWN, Screen.BLANK, Screen.POPUP)


class TikTokPublisher:
    """Implements Publisher for one attempt."""

    def __init__(self) -> None:
        self._before: Survey | None = None
        self._product = ""

    def survey(self, nav: Navigator) -> None:
        self._before = survey(nav)

    def prepare(self, nav: Navigator, publication: Publication) -> None:
        enter(nav, publication)
        to_form(nav, publication)
        self._product = fill(nav, publication)

    def aim(self, nav: Navigator) -> Node:
        return ready_button(nav, self._product)

    def tap(self, nav: Navigator, button: Node) -> None:
        def asked(sight: Sight) -> Node | bool | None:
            # The button is hidden for a moment too while a question slides in: only another page means that none comes.
            answer = publish_answer(nav.app, sight.tree)
            return answer or (None if sight.seen.screen in _STILL_THERE else True)

        tap_and_answer(nav, button, asked)

    def verify(self, nav: Navigator, publication: Publication) -> Hierarchy:
        if self._before is None:
            raise RuntimeError("verify follows survey")
        return find_proof(nav, publication, self._before)

    def abandon(self, nav: Navigator) -> None:
        leave_unfinished(nav)
