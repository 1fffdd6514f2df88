"""Instagram's navigation: the back stack, what is over it, and what each touch does. It draws nothing itself."""

import re
from collections.abc import Callable, Mapping
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from phonesim.apps.app import Phone
from phonesim.apps.instagram import blockers, dialogs, explore, screens, sheets
from phonesim.apps.instagram.feed import feed
from phonesim.apps.instagram.labels import labels_of
from phonesim.apps.instagram.own_post import own_post
from phonesim.apps.instagram.own_profile import own_profile, stories
from phonesim.apps.instagram.profile import profile
from phonesim.apps.instagram.publish_flow import STORY, Publishing
from phonesim.apps.instagram.reels import empty_page, reels
from phonesim.apps.instagram.scene import PACKAGE, Scene
from phonesim.apps.instagram.story_viewer import SECONDS, story_viewer
from phonesim.apps.navigation import HOME, LOAD_S, SEARCH, Overlay, Page
from phonesim.apps.social import SocialApp
from phonesim.apps.tiktok.popups import PERMISSIONS
from phonesim.contract import SEND, SEND_MULTIPLE, Focus, Intent
from phonesim.ui.view import View, Window
from phonesim.world import Relation, normal, user

_MAIN = "com.instagram.mainactivity.InstagramMainActivity"
_MODAL = "com.instagram.modal.TransparentModalActivity"
_GRANT = "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
_HANDLER = "com.instagram.share.handleractivity."
_SHARES = frozenset({SEND, SEND_MULTIPLE, STORY})
_PROFILE = re.compile(r"^https?://(?:www\.|m\.)?instagram\.com/([^/?#]+)/?(?:[?#].*)?$")
_SITE = re.compile(r"^https?://(?:www\.|m\.)?instagram\.com(?:/|$)")
_PLACES = frozenset({"p", "reel", "reels", "stories", "explore", "accounts", "direct", "about", "legal"})
_BLOCKED: Mapping[str, Callable[[Scene], View]] = {
    "challenge_loading": blockers.challenge_loading,
    "login_wall": blockers.login_wall,
    "banned": blockers.disabled,
    "captcha": blockers.captcha,
    "verification": blockers.verification,
}
_IN_TREE: Mapping[str, Callable[[Scene, Overlay], View]] = {
    "create_sheet": sheets.create_sheet,
    "follow_sheet": sheets.follow_sheet,
}
_PAGES: Mapping[str, Callable[[Scene], View]] = {
    "feed": feed,
    "reels": reels,
    "explore": explore.explore,
    "search": explore.search,
    "search_results": explore.results,
    "profile": profile,
    "own_profile": own_profile,
    "own_post": own_post,
    "own_story": story_viewer,
    **screens.PAGES,
}
_DARK = frozenset({"reels", "reel_camera", "reel_editor", "story_editor", "own_story"})
_TABS = frozenset({"feed", "reels", "inbox", "explore", "own_profile", "news"})


class Instagram(SocialApp[Publishing]):
    """Its pages and what lies over them. A clone has another package and its own accounts, and opens no links."""

    name = "instagram"
    posting_type = Publishing
    account_sheet = "account_switcher"
    feet: ClassVar[Mapping[str, int]] = {"profile": 117, "own_profile": 117, "caption": 190}
    version = "410.0.0.53.71"

    def __init__(self, phone: Phone, *, package: str = PACKAGE) -> None:
        self.package = package
        world = phone.world("instagram" if package == PACKAGE else package, names=("cafe", "atelier", "lab"))
        super().__init__(phone, world, labels_of)

    def settle(self) -> None:
        """A story that was shown long enough makes way, too."""
        super().settle()
        while self._nav.page.name == "own_story" and self._phone.clock() >= self._nav.page.ready_at + SECONDS:
            self._turn_story(1)

    # What is on

    @property
    def focus(self) -> Focus:
        top = self._nav.top
        if top is not None and top.name in ("popup.notification", "popup.camera"):
            return Focus(package=PERMISSIONS, activity=_GRANT)
        return Focus(package=self.package, activity=_MODAL if self._nav.page.name in Publishing.pages else _MAIN)

    @property
    def dark(self) -> bool:
        return self._nav.page.name in _DARK and not self._nav.overlays and not self._blocker()

    def _blocker(self) -> str:
        """What stops everything now; while the challenge itself still loads, that."""
        faults = self._phone.faults
        if self._phone.before(faults.until("challenge_loading")):
            return "challenge_loading"
        return super()._blocker()

    def windows(self) -> list[Window]:
        """The page with the sheets in its tree, then dialogs in windows of their own."""
        scene = self._seen(Scene, package=self.package)
        blocked = _BLOCKED.get(self._blocker())
        if blocked is not None:
            return [Window(package=self.package, root=blocked(scene))]
        over = tuple(_IN_TREE[lay.name](scene, lay) for lay in self._nav.overlays if lay.name in _IN_TREE)
        page = self._draw(msgspec.structs.replace(scene, over=over))
        return [Window(package=self.package, root=page), *self._dialogs(scene)]

    def _dialogs(self, scene: Scene) -> list[Window]:
        found: list[Window] = []
        for overlay in self._nav.overlays:
            if overlay.name == "account_switcher":
                found.append(sheets.account_switcher(scene, overlay))
            elif overlay.name not in _IN_TREE:
                found.append(dialogs.WINDOWS[overlay.name](scene, overlay))
        return found

    def _draw(self, scene: Scene) -> View:
        builder = _PAGES.get(scene.page.name)
        return builder(scene) if builder is not None else empty_page(scene, scene.page.name)

    # Ways in

    def opens(self, intent: Intent) -> bool:
        """Launcher intents and shares; links to the site and the app's own scheme, which a clone does not take."""
        if intent.action in _SHARES:
            return intent.action == STORY or _HANDLER in intent.component or not intent.component
        if not intent.data:
            return intent.action in ("", "android.intent.action.MAIN")
        known = bool(_SITE.match(intent.data)) or intent.data.startswith("instagram://")
        return known and self.package == PACKAGE

    def open(self, intent: Intent) -> None:
        """A link to a profile opens that profile, one to a sound its page, anything else the feed."""
        handle = _linked_user(intent.data)
        if handle:
            self._nav.ensure_home()
            self._enter_profile(self._linked(handle))
        elif intent.action in _SHARES:
            self._posting.share(intent)
        elif not self._posting.open_sound(intent.data):
            self._nav.restart(HOME)

    # Touches

    def _search(self, words: str) -> None:
        self._nav.enter(Page(name="search_results", target=words), LOAD_S)

    def _on_relation(self, handle: str) -> None:
        self._nav.show("follow_sheet", handle)

    def _on_ask_unfollow(self, handle: str) -> None:
        """A second question for a private user whom we follow; a request is taken back at once."""
        found = user(handle)
        self._nav.close()
        if found is not None and found.private and self._world.relation(handle) is not Relation.REQUESTED:
            self._nav.show("unfollow_dialog", handle)
        else:
            self._following.unfollow(handle)

    def _on_tab(self, name: str) -> None:
        if name in _TABS:
            if name == HOME.name == self._nav.page.name:
                self._position = 0  # a touch on the tab that is open scrolls to the top
            self._nav.stack = [] if name == HOME.name else [HOME]
            self._nav.enter(Page(name=name))

    def _on_own_post(self, number: str) -> None:
        self._nav.enter(Page(name="own_post", target=number), LOAD_S)

    def _on_own_story(self, number: str) -> None:
        self._nav.enter(Page(name="own_story", target=number), LOAD_S)

    def _on_story_next(self, _: str) -> None:
        self._turn_story(1)

    def _on_story_back(self, _: str) -> None:
        self._turn_story(-1)

    def _turn_story(self, by: int) -> None:
        """The next story or the one before; after the last one the page behind is shown."""
        number = max(0, int(self._nav.page.target) + by)
        self._nav.stack.pop()
        if number < len(stories(self._world)):
            self._nav.stack.append(Page(name="own_story", target=str(number), ready_at=self._phone.clock()))

    def _on_create_sheet(self, _: str) -> None:
        self._nav.show("create_sheet")

    # Text and keys

    def edit(self, field: str, text: str) -> None:
        """What is typed into the search field brings accounts a moment later."""
        if field != SEARCH:
            super().edit(field, text)
        elif self._nav.stack:
            self._query = text
            delay = max(LOAD_S, self._phone.faults.seconds("slow_screens", 3.0))
            self._nav.stack[-1] = msgspec.structs.replace(self._nav.page, ready_at=self._phone.clock() + delay)

    def back(self) -> bool:
        if not self._blocker():
            self._nav.field = ""
        return super().back()

    def swipe(self, dx: int, dy: int) -> None:
        """Up or down on the feed or the reels: further or back."""
        if self._nav.page.name in (HOME.name, "reels") and self._swiped(dx, dy):
            self._turn(dy)


def _linked_user(data: str) -> str:
    """The user that a link names; nothing for a link to anything else."""
    if data.startswith("instagram://user"):
        return normal(parse_qs(urlsplit(data).query).get("username", [""])[0])
    named = _PROFILE.match(data)
    return "" if named is None or named[1] in _PLACES else normal(unquote(named[1]))
