"""Instagram's Publisher: the parts of publishing in their order."""

from drover.apps import Screen, composer
from drover.apps.composer import Destination
from drover.apps.view import View
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.commit_tap import tap_and_answer
from drover.scripts.publishing.discard import leave_unfinished
from drover.scripts.publishing.instagram.form import aim, write_caption
from drover.scripts.publishing.instagram.plan import destination
from drover.scripts.publishing.instagram.proof import Before, find_proof, survey
from drover.scripts.publishing.instagram.ways import enter, to_end
from drover.scripts.publishing.publisher import Publication


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
        def asked(sight: Sight) -> Node | bool | None:
            if sight.seen.screen is Screen.PUBLISH_QUESTION:
                return composer.publish_answer(View(nav.app, sight.tree))
            return None if sight.seen.screen in (Screen.POST_FORM, Screen.STORY_EDITOR) else True

        tap_and_answer(nav, button, asked)

    def verify(self, nav: Navigator, publication: Publication) -> Hierarchy:
        return find_proof(nav, publication, self._wanted, self._before)

    def abandon(self, nav: Navigator) -> None:
        """BACK and Discard; where that does not lead out, the app is ended."""
        # A list of sounds that still loads looks like the app's search.
        if not leave_unfinished(nav, also=(Screen.SEARCH_ENTRY, Screen.SEARCH_RESULTS)):
            nav.phone.force_stop(nav.ctx.package)
