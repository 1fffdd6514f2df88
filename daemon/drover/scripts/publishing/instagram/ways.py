"""The ways to Instagram's form: a share, the app's own button and picker, or a sound's page; then through its editors.

The lower right corner is Next in the editor of reels and Share on the form after it: Next is tapped there once and
never again, so that a slow screen cannot turn a second tap into a post.
"""

from typing import Final

from drover.apps import Screen, composer, load
from drover.apps.composer import Destination
from drover.apps.view import View
from drover.phone.hierarchy import Hierarchy, Node
from drover.phone.mediastore import GalleryItem
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.instagram.file_picker import PICKERS, pick
from drover.scripts.publishing.instagram.plan import by_link
from drover.scripts.publishing.instagram.sounds import Arrangement, use_link
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.sharing import shared
from drover.scripts.sights import agreed
from drover.scripts.switcher import own_profile
from drover.wire.tasks import Reason

_LOAD_S: Final = 30.0
_EDIT_S: Final = 45.0
_REST_S: Final = 5.0
_MOST_STAGES: Final = 8
_ENDS: Final = {
    Destination.FEED: Screen.POST_FORM,
    Destination.REEL: Screen.POST_FORM,
    Destination.STORY: Screen.STORY_EDITOR,
}
_STAGES: Final = frozenset({Screen.CHOOSER, Screen.EDITOR, Screen.STORY_EDITOR, Screen.POST_FORM, *PICKERS})


def enter(nav: Navigator, publication: Publication, wanted: Destination) -> None:
    """Bring the files into the app: by a share where there is one file and the app takes it, else by its picker."""
    nav.phone.gallery.allow_reading(nav.ctx.package)
    if shared(nav, publication, lambda item: _share(nav, item, wanted)):
        return
    if by_link(publication.config):
        use_link(nav, publication)
    else:
        _create(nav, wanted)


def _share(nav: Navigator, item: GalleryItem, wanted: Destination) -> None:
    if wanted is Destination.STORY:
        nav.phone.share_as(item, nav.ctx.package, nav.app.activities["story_action"])
    else:
        nav.phone.share(item, nav.ctx.package, nav.app.activities["share"])


def _create(nav: Navigator, wanted: Destination) -> None:
    """The tab that creates, or the button of the own profile and the sheet that it opens."""
    nav.ctx.step("opening the way to a new post", 32)
    own_profile(nav)
    nav.tap(nav.reach(lambda sight: composer.create_button(View(nav.app, sight.tree)), what="the button that creates"))
    sight = nav.reach(
        lambda now: now if now.seen.screen in (Screen.CREATE_SHEET, *PICKERS) else None, what="the picker of a new post"
    )
    if sight.seen.screen is Screen.CREATE_SHEET:
        option = composer.create_option(View(nav.app, sight.tree), wanted)
        if option is None:
            raise NotReachedError(f"the choice of a new {wanted}", sight)
        nav.tap(option)


def to_end(nav: Navigator, publication: Publication, wanted: Destination) -> None:
    """Through chooser, picker and editors to the screen whose button publishes; raises NotReachedError."""
    walk = _Walk(nav, publication, wanted)
    for _ in range(_MOST_STAGES):
        if walk.stage():
            return
    raise NotReachedError("the form that publishes", nav.look())


class _Walk:
    """One way through the app's screens; remembers what was tapped on it."""

    def __init__(self, nav: Navigator, publication: Publication, wanted: Destination) -> None:
        self._nav = nav
        self._publication = publication
        self._wanted = wanted
        self._sound = Arrangement(nav, publication, wanted)
        self._low_next = False

    def stage(self) -> bool:
        """Do what the present screen asks for; True at the end of the way."""
        sight = self._nav.reach(self._known, what=f"{self._nav.app.name}'s editor or form", timeout_s=_LOAD_S)
        screen = sight.seen.screen
        if screen is _ENDS[self._wanted]:
            self._check_kind(sight)
            self._end()
            return True
        if screen is Screen.CHOOSER:
            self._choose(sight)
        elif screen in PICKERS:
            pick(self._nav, self._publication, self._wanted)
            self._leave(sight)
        elif screen is Screen.EDITOR:
            self._sound.in_editor()
            self._go_on()
        else:
            self._elsewhere(sight)
        return False

    def _known(self, sight: Sight) -> Sight | None:
        return sight if sight.seen.screen in _STAGES else None

    def _end(self) -> None:
        if self._wanted is Destination.STORY:
            self._sound.in_story()
        else:
            self._sound.on_form()

    def _choose(self, sight: Sight) -> None:
        row = composer.chooser_row(View(self._nav.app, sight.tree), self._wanted)
        if row is None:
            raise NotReachedError(f"the choice of {self._wanted} to share to", sight)
        self._nav.tap(row)
        found = self._nav.reach(_chosen, what="the app after the choice of where to share", timeout_s=_LOAD_S)
        if isinstance(found, Node):
            self._nav.tap(found)
            self._leave(sight)

    def _go_on(self) -> None:
        nav = self._nav
        nav.ctx.step("on through the editor", 42)
        tree, button = self._at_rest()
        low = button.bounds.center[1] > 0.5 * tree.height
        if low and self._low_next:
            raise NotReachedError("the form after the editor's Next", nav.look())
        self._low_next = self._low_next or low
        before = controls(View(nav.app, tree))
        nav.tap(button)

        def on(sight: Sight) -> bool | None:
            if sight.seen.screen is not Screen.EDITOR:
                return True if sight.seen.screen in _STAGES else None
            return None if low or len(controls(View(nav.app, sight.tree)) - before) < 2 else True

        nav.reach(on, what="the form after the editor", timeout_s=_EDIT_S)

    def _at_rest(self) -> tuple[Hierarchy, Node]:
        """The editor with its Next where two looks in a row found it: one that still opens would lose the tap."""

        def found(sight: Sight) -> tuple[Hierarchy, Node] | None:
            button = composer.next_button(View(self._nav.app, sight.tree))
            return (sight.tree, button) if button else None

        stands = agreed(found, lambda one, other: one[1].bounds == other[1].bounds)
        return self._nav.reach(stands, what="the editor's Next", timeout_s=_REST_S, patient=True)

    def _leave(self, before: Sight) -> None:
        """Wait until the screen that was acted on is gone."""
        self._nav.reach(
            lambda sight: None if sight.seen.screen is before.seen.screen else sight,
            what="the next screen",
            timeout_s=_EDIT_S,
        )

    def _check_kind(self, sight: Sight) -> None:
        """A form says in its title what it makes: pictures for the feed are not to become a reel."""
        shown = composer.shown_destination(View(self._nav.app, sight.tree))
        if self._wanted is Destination.FEED and shown is Destination.REEL:
            self._elsewhere(sight)

    def _elsewhere(self, sight: Sight) -> None:
        nav = self._nav
        nav.ctx.keep("elsewhere", sight.tree)
        raise ScriptFailed(
            Reason.APP_CHANGED,
            f"{nav.app.name} on {nav.phone.serial} led to {sight.seen.screen.value.replace('_', ' ')} and not to a "
            f"{self._wanted}; nothing was published. Look at the kept screenshot, or use the other post_way.",
        )


def _chosen(sight: Sight) -> Node | bool | None:
    """True once the chooser is gone; Android's own may ask "Just once" or "Always" about what was chosen."""
    if sight.seen.screen is not Screen.CHOOSER:
        return True
    return composer.just_once(View(load("android"), sight.tree))


def controls(view: View) -> frozenset[str]:
    """What can be tapped, by id and words: tells one editor from the next."""
    return frozenset(f"{node.id} {node.label}" for node in view.clickable)
