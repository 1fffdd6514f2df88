"""TikTok's navigation: the back stack, what is over it, and what each touch does. It draws nothing itself."""

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from phonesim.apps.app import Phone
from phonesim.apps.navigation import LOAD_S, Page
from phonesim.apps.social import SocialApp
from phonesim.apps.tiktok import blockers, sheets
from phonesim.apps.tiktok.bottom_nav import bottom_nav
from phonesim.apps.tiktok.comments import comments
from phonesim.apps.tiktok.feed import feed
from phonesim.apps.tiktok.labels import labels_of
from phonesim.apps.tiktok.own_profile import own_profile
from phonesim.apps.tiktok.popups import PERMISSIONS, WINDOWS, phone_number
from phonesim.apps.tiktok.posting import prompts, screens
from phonesim.apps.tiktok.posting.controller import Posting
from phonesim.apps.tiktok.posting.own_post import friends, own_post
from phonesim.apps.tiktok.profile import profile
from phonesim.apps.tiktok.scene import PACKAGE, Scene, notice, shell
from phonesim.apps.tiktok.search import TABS, results, search_entry
from phonesim.contract import SEND, SEND_MULTIPLE, Focus, Intent
from phonesim.ui.view import View, Window, view
from phonesim.world import Relation, normal, user

_MAIN = "com.ss.android.ugc.aweme.main.MainActivity"
_DARK = frozenset({"feed", "own_post", "camera", "editor"})
_GRANT = "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
_PROFILE = re.compile(r"^https?://(?:www\.|m\.)?tiktok\.com/@([^/?#]+)")
_SITE = re.compile(r"^https?://(?:www\.|m\.|vm\.)?tiktok\.com(?:/|$)")
_ACTIVITIES = {
    "profile": "com.ss.android.ugc.aweme.profile.ui.UserProfileActivity",
    "search": "com.ss.android.ugc.aweme.search.activity.SearchResultActivity",
    "search_results": "com.ss.android.ugc.aweme.search.activity.SearchResultActivity",
}
_SHARE = "com.ss.android.ugc.aweme.share.SystemShareActivity"
_RECORD = "com.ss.android.ugc.aweme.shortvideo.ui.VideoRecordPermissionActivity"
_PUBLISHING = "com.ss.android.ugc.aweme.shortvideo.ui.VideoRecordNewActivity"
_SHEETS = {**prompts.SHEETS, **screens.SHEETS, **sheets.SHEETS, **WINDOWS}
_PAGES = {
    "feed": feed,
    "profile": profile,
    "own_profile": own_profile,
    "own_post": own_post,
    "friends": friends,
    "search": search_entry,
    "search_results": results,
    **screens.PAGES,
}
# Overlays that are windows of another app, and who has the focus then.
_FOREIGN = {
    "popup.notification": Focus(package=PERMISSIONS, activity=_GRANT),
    "widget": Focus(package=prompts.LAUNCHER, activity="com.android.launcher3.dragndrop.AddItemActivity"),
}


class TikTok(SocialApp[Posting]):
    """Its pages and what lies over them."""

    name = "tiktok"
    posting_type = Posting
    account_sheet = "account_sheet"
    feet: ClassVar[Mapping[str, int]] = {
        "profile": 0,
        "own_profile": 129,
        "search": 0,
        "search_results": 0,
        "post_form": 190,
    }
    package = PACKAGE
    version = "43.1.4"

    def __init__(self, phone: Phone) -> None:
        super().__init__(phone, phone.world("tiktok"), labels_of)
        self._promo = True

    def stop(self) -> None:
        super().stop()
        self._promo = True

    # What is on

    @property
    def focus(self) -> Focus:
        top, page = self._nav.top, self._nav.page.name
        if top is not None and top.name in _FOREIGN:
            return _FOREIGN[top.name]
        return Focus(package=PACKAGE, activity=_PUBLISHING if page in Posting.pages else _ACTIVITIES.get(page, _MAIN))

    @property
    def dark(self) -> bool:
        page = self._nav.page.name
        black = page in _DARK or (page == "friends" and bool(self._world.posts_of(self._world.active)))
        covered = any(overlay.name == "popup.phone_number" for overlay in self._nav.overlays)
        return black and not covered and self._blocker() not in ("login_wall", "banned")

    def windows(self) -> list[Window]:
        """The page with what lies over it in the same tree, then dialogs in windows of their own."""
        scene = self._seen(Scene, promo=self._promo)
        blocker = self._blocker()
        if blocker in ("login_wall", "banned"):
            root = blockers.login_wall(scene) if blocker == "login_wall" else blockers.banned(scene)
            return [Window(package=PACKAGE, root=root)]
        root = self._draw(scene)
        dialogs: list[Window] = []
        for overlay in self._nav.overlays:
            if overlay.name == "popup.phone_number":
                root = view("FrameLayout", scene.frame.whole, root, phone_number(scene, overlay))
            elif overlay.name == "comments":
                root = view("FrameLayout", scene.frame.whole, comments(scene), root)
            else:
                dialogs.append(_SHEETS[overlay.name](scene, overlay))
        if blocker == "captcha":
            dialogs.append(blockers.captcha(scene))
        return [Window(package=PACKAGE, root=root), *dialogs]

    def _draw(self, scene: Scene) -> View:
        name = scene.page.name
        builder = _PAGES.get(name)
        if builder is not None:
            return builder(scene)
        words = notice(scene.frame, 700, scene.labels[name], scene.labels[f"{name}_empty"], name)
        return shell(scene.frame, words, bottom_nav(scene, name, dark=False))

    # Ways in

    def opens(self, intent: Intent) -> bool:
        """Launcher intents, links to the site, the app's own scheme, and shares of videos and images."""
        if intent.action in (SEND, SEND_MULTIPLE):
            named = not intent.component or intent.component.endswith(_SHARE)
            return named and intent.mime_type.partition("/")[0] in ("video", "image")
        if intent.component.endswith((_RECORD, _SHARE)):
            return intent.component.endswith(_RECORD)
        if not intent.data:
            return intent.action in ("", "android.intent.action.MAIN")
        return bool(_SITE.match(intent.data)) or intent.data.startswith("snssdk1233://")

    def open(self, intent: Intent) -> None:
        """A profile link opens that profile, a sound's its page, a share the post; anything else the feed."""
        if intent.action in (SEND, SEND_MULTIPLE) and self._posting.share(intent):
            return
        if intent.component.endswith(_RECORD):
            self._posting.record()
            return
        if self._posting.open_sound(intent.data):
            return
        named = _PROFILE.match(intent.data)
        if named is not None:
            self._nav.ensure_home()
            self._enter_profile(self._linked(normal(unquote(named[1]))))
        elif intent.data.startswith("snssdk1233://search"):
            words = parse_qs(urlsplit(intent.data).query).get("keyword", [""])
            self._nav.ensure_home()
            self._search(words[0])
        else:
            self._nav.restart(Page(name="feed"))
            if self._phone.faults.active("comments_open"):
                self._nav.show("comments")

    def _search(self, words: str) -> None:
        self._query = words
        self._nav.enter(Page(name="search_results", target=words, tab=TABS[0]), LOAD_S)

    # Touches

    def _on_relation(self, handle: str) -> None:
        self._nav.show("unfollow_sheet", handle)

    def _on_ask_unfollow(self, handle: str) -> None:
        relation = self._world.relation(handle)
        found = user(handle)
        self._nav.close()
        if relation is Relation.FRIENDS or (relation is Relation.FOLLOWING and found is not None and found.private):
            self._nav.show("unfollow_dialog", handle)
        else:
            self._following.unfollow(handle)

    def _on_tab(self, name: str) -> None:
        self._nav.restart(Page(name=name))

    def _on_search_for(self, words: str) -> None:
        self._search(words)

    def _on_close_promo(self, _: str) -> None:
        self._promo = False

    def _on_results_tab(self, tab: str) -> None:
        page = self._nav.stack.pop()
        self._nav.enter(Page(name=page.name, target=page.target, tab=tab), LOAD_S)

    def _on_own_post(self, number: str) -> None:
        self._nav.enter(Page(name="own_post", target=number))

    def _on_comments(self, _: str) -> None:
        self._nav.show("comments")

    def _on_comment(self, _: str) -> None:
        self._world.tapped("comment", "")

    def _on_mention(self, _: str) -> None:
        self._world.tapped("mention", "")

    def _switched(self) -> None:
        super()._switched()
        self._nav.show("popup.save_login")

    def swipe(self, dx: int, dy: int) -> None:
        """Up or down: the feed's next or previous video, the picker's other rows."""
        if not self._swiped(dx, dy):
            return
        if self._nav.page.name == "feed":
            self._turn(dy)
        else:
            self._posting.swipe(dy)
