"""What each touch on TikTok's way to a post does, from the share or the camera to the upload. It draws nothing."""

from phonesim.apps.navigation import LOAD_S, Page
from phonesim.apps.posting import sounds
from phonesim.apps.posting.state import Composition
from phonesim.apps.tiktok.posting.picker_touches import PickerTouches
from phonesim.apps.tiktok.posting.product_touches import ProductTouches
from phonesim.contract import Intent


class Posting(PickerTouches, ProductTouches):
    """From the camera or a share to the feed."""

    pages = frozenset(
        {"camera", "templates", "picker", "editor", "post_form", "sound_panel", "products", "product_name"}
    )
    first_pages = frozenset({"camera", "templates"})
    blockers = ("login_wall", "banned", "captcha")
    prompts = ("popup.notification", "widget")
    most_files = 35

    # Ways in

    def share(self, intent: Intent) -> bool:
        """A share: straight to the editor or the form. False if it brings nothing that can be posted."""
        files = self._shared(intent, intent.streams)
        if files:
            self._compose(Composition(way="share", files=files))
            self._nav.ensure_home()
            faults = self._phone.faults
            on_form = faults.active("share_lands_on") and faults.value("share_lands_on", "page", "form") == "form"
            self._nav.enter(Page(name="post_form" if on_form else "editor"), LOAD_S)
        return bool(files)

    def open_sound(self, link: str) -> bool:
        """A sound's page, by its link; False for another link."""
        sound = sounds.by_link(link)
        if sound is not None:
            self.state.candidate = sound
            self._show_sound(sound.id)
        return sound is not None

    # Touches

    def _on_create(self, _: str) -> None:
        self.record()

    def _on_to_form(self, _: str) -> None:
        self._nav.enter(Page(name="post_form"), LOAD_S)

    def _on_tag(self, sign: str) -> None:
        self._nav.field = "caption"
        self.made.texts["caption"] += sign

    def _on_open_link(self, _: str) -> None:
        """An account that sells is asked what to link; others can only type a link."""
        self.open_link(self._world.active)

    def _on_post(self, _: str) -> None:
        """Post, below or at the top."""
        self._commit("post", "feed")

    def _on_story(self, _: str) -> None:
        """Your Story publishes at once."""
        self._world.tapped("story", self.made.target)
        if not self._blocked():
            self._send("story")

    # Sounds

    def _on_sounds(self, _: str) -> None:
        self.state.sound_search, self.state.candidate = "", self.made.sound
        self._nav.enter(Page(name="sound_panel"), LOAD_S)

    def _on_open_sound(self, id_: str) -> None:
        self.state.candidate = sounds.by_id(id_)
        self._nav.enter(Page(name="sound", target=id_), LOAD_S)

    def _on_take_sound(self, id_: str) -> None:
        self.made.sound = sounds.by_id(id_)
        self._nav.leave()

    def _on_use_sound(self, id_: str) -> None:
        self.record(Composition(way="use_sound", sound=sounds.by_id(id_)))

    # Leaving

    def _page_after(self, placement: str) -> Page:
        return Page(name="friends")

    def _asks_first(self, page: str) -> bool:
        behind = self._nav.stack[-2].name if len(self._nav.stack) > 1 else ""
        return page == "editor" or (page == "post_form" and behind != "editor")

    def _on_leave_form(self, _: str) -> None:
        self._nav.field = ""
        self.back()

    def swipe(self, dy: int) -> None:
        """A drag up or down: the picker's grid, or the list of products."""
        if self._nav.page.name == "products":
            self.scroll_products(dy)
        elif self._nav.page.name == "picker":
            self.scroll_picker(dy)
