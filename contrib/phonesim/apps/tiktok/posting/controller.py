"""What each touch on the way to a post does, from the share or the camera to the upload. It draws nothing itself."""

from collections.abc import Callable

from phonesim.apps.app import Phone
from phonesim.apps.labels import Labels
from phonesim.apps.navigation import Navigation
from phonesim.apps.tiktok.posting.picker_touches import PickerTouches
from phonesim.apps.tiktok.posting.product_touches import ProductTouches
from phonesim.apps.tiktok.posting.sound_touches import SoundTouches
from phonesim.apps.tiktok.posting.state import Composition, PostingState, unfinished_tag
from phonesim.apps.tiktok.posting.touches import LOAD_S
from phonesim.apps.tiktok.posting.uploads import Uploads
from phonesim.apps.tiktok.scene import Page
from phonesim.contract import Intent
from phonesim.ui.view import Action
from phonesim.world import World

PAGES = frozenset({"camera", "templates", "picker", "editor", "post_form", "sound_panel", "products", "product_name"})
"""The pages that belong to one post: they are left together."""
BLOCKERS = ("login_wall", "banned", "captcha")


class Posting(PickerTouches, SoundTouches, ProductTouches):
    """One post at a time is composed; uploads go on behind it."""

    def __init__(self, phone: Phone, world: World, nav: Navigation, labels: Labels) -> None:
        super().__init__(phone, nav)
        self._world, self._labels = world, labels
        self.uploads = Uploads(phone, world, self.state)

    def stop(self) -> None:
        """The app ends: uploads become drafts, what failed stays, what was being composed is lost."""
        left = self.uploads.cut_off()
        self.state = PostingState()
        self.uploads = Uploads(self._phone, self._world, self.state, left)

    # Ways in

    def share(self, intent: Intent) -> bool:
        """A share: straight to the editor or the form. False if it brings nothing that can be posted."""
        found = [self._phone.media.find(uri) for uri in intent.streams]
        files = tuple(file for file in found if file is not None)
        refused = len(files) > 1 and self._phone.faults.active("share_lists_refused")
        if not intent.grants_read or not files or len(files) != len(found) or refused:
            self._phone.show_toast(self._labels["cannot_open"])
            return False
        self._compose(Composition(way="share", files=files))
        self._nav.ensure_home()
        faults = self._phone.faults
        on_form = faults.active("share_lands_on") and faults.value("share_lands_on", "page", "form") == "form"
        self._nav.enter(Page(name="post_form" if on_form else "editor"), LOAD_S)
        return True

    # Touches

    def act(self, action: Action) -> bool:
        """False if the action is none of publishing's."""
        handler: Callable[[str], None] | None = getattr(self, f"_on_{action.name}", None)
        if handler is not None:
            handler(action.value)
        return handler is not None

    def _on_create(self, _: str) -> None:
        self.record()

    def _on_close_camera(self, _: str) -> None:
        self._drop()

    def _on_to_form(self, _: str) -> None:
        self._nav.enter(Page(name="post_form"), LOAD_S)

    def _on_story(self, _: str) -> None:
        """Your Story publishes at once."""
        self._world.tapped("story", self.made.target)
        if not self._blocked():
            self._send("story")

    def _on_tag(self, sign: str) -> None:
        self._nav.field = "caption"
        self.made.texts["caption"] += sign

    def _on_suggestion(self, word: str) -> None:
        words = self.made.texts["caption"]
        self.made.texts["caption"] = f"{words.removesuffix(unfinished_tag(words))}{word} "
        self.state.covered = False

    def _on_hide_keyboard(self, _: str) -> None:
        self.hide_keyboard()

    def _on_open_link(self, _: str) -> None:
        """An account that sells is asked what to link; others can only type a link."""
        self.open_link(self._world.active)

    # The commit

    def _on_post(self, _: str) -> None:
        """Post, below or at the top: this is the touch that publishes, unless a fault is in the way."""
        faults = self._phone.faults
        self._world.tapped("post", self.made.target)
        if self._blocked() or faults.active("post_ignored"):
            return
        self._nav.field = ""
        if faults.active("post_limit"):
            self._nav.show("post_limit")
        elif faults.active("publish_confirm"):
            self._nav.show("publish_now")
        else:
            self._send("feed")

    def _on_publish_now(self, _: str) -> None:
        self._world.tapped("publish_now", self.made.target)
        self._nav.close()
        self._send("feed")

    def _blocked(self) -> bool:
        """A blocker that waited for this moment is here now."""
        faults = self._phone.faults
        for name in BLOCKERS:
            if faults.active(name, "post"):
                faults.trip(name)
                return True
        return False

    def _send(self, placement: str) -> None:
        post = self.made.post(self._world.active, placement=placement, at=self._phone.clock())
        uris = tuple(file.uri for file in self.made.files)
        self.state.composition = None
        self.uploads.begin(post, uris)
        self._nav.restart(Page(name="friends"))
        if self._phone.faults.active("post_prompts"):
            self._nav.show("popup.notification")
            self._nav.show("widget")

    def _on_retry_upload(self, first_file: str) -> None:
        self.uploads.retry(first_file)

    def _on_give_up(self, first_file: str) -> None:
        self.uploads.give_up(first_file)

    # Leaving

    def _on_leave_form(self, _: str) -> None:
        self._nav.field = ""
        self.back()

    def back(self) -> bool:
        """BACK on a page of publishing: nothing is lost without a question. False if the page is none of its."""
        page = self._nav.page.name
        if page not in PAGES:
            return False
        if self.state.covered:
            self.state.covered = False
        elif page == "editor" or (page == "post_form" and not self._behind("editor")):
            self._nav.show("discard")
        elif page == "camera" or page == "templates":
            self._drop()
        else:
            self._nav.leave()
        return True

    def _behind(self, name: str) -> bool:
        return len(self._nav.stack) > 1 and self._nav.stack[-2].name == name

    def _on_discard(self, _: str) -> None:
        self._drop()

    def _on_drafts(self, _: str) -> None:
        """Keep it on the phone; the own profile shows a tile for drafts."""
        self._world.keep_draft(self.made.post(self._world.active, placement="feed", at=self._phone.clock()))
        self._drop()

    def _drop(self) -> None:
        """Leave all pages of this post."""
        self.state.composition = None
        self._nav.leave_all(PAGES)

    # Text

    def text(self, field: str) -> str:
        if field == "sound_search":
            return self.state.sound_search
        return self.made.texts.get(field, "")

    def edit(self, field: str, text: str) -> None:
        if field == "sound_search":
            self.state.sound_search, self.state.sound_search_at = text, self._phone.clock()
        elif field in self.made.texts:
            self.made.texts[field] = text

    def submit(self, field: str) -> None:
        """ENTER: a new line in the description, nothing in the title; the search for a sound goes on."""
        if field == "caption":
            self.made.texts["caption"] += "\n"
        elif field in ("sound_search", "product_name"):
            self._nav.field = ""

    def swipe(self, dy: int) -> None:
        """A drag up or down: the picker's grid, or the list of products."""
        if self._nav.page.name == "products":
            self.scroll_products(dy)
        else:
            super().swipe(dy)

    def hide_keyboard(self) -> None:
        """A list of suggestions goes with the keyboard, unless the fault keeps it."""
        unfinished = self._nav.field == "caption" and unfinished_tag(self.made.texts["caption"])
        self.state.covered = bool(unfinished) and self._phone.faults.active("suggestions_cover_post")
        self._nav.field = ""
