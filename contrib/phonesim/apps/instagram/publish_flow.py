"""What each touch on the way to a reel, a post or a story does, from the plus or a share to the upload."""

import re

from phonesim.apps.navigation import HOME, LOAD_S, Page
from phonesim.apps.posting import sounds
from phonesim.apps.posting.flow import PostFlow
from phonesim.apps.posting.state import Composition, PostingState
from phonesim.contract import STREAM, Intent, MediaItem

STORY = "com.instagram.share.ADD_TO_STORY"
_SOUND = re.compile(r"^https?://(?:www\.|m\.)?instagram\.com/reels/audio/(\d+)/?(?:[?#].*)?$")
_EDITORS = {"reel": "reel_editor", "feed": "feed_editor", "story": "story_editor"}


class Publishing(PostFlow[PostingState]):
    """From the picker or a share to home."""

    new_state = PostingState
    pages = frozenset({"picker", "reel_camera", *_EDITORS.values(), "sounds", "sound_clip", "caption"})
    first_pages = frozenset({"picker", "reel_camera"})
    blockers = ("login_wall", "banned", "captcha", "verification")
    prompts = ("popup.notification",)
    most_files = 20

    # Ways in

    def share(self, intent: Intent) -> None:
        """SEND asks where to; ADD_TO_STORY goes to the story's editor. A toast says that files cannot be read."""
        self._nav.ensure_home()
        story = intent.action == STORY
        files = self._shared(intent, (intent.uris.get(STREAM) or intent.data,) if story else intent.streams)
        if not files:
            return
        self._place("story" if story else "feed", Composition(way="share", files=files))
        if story:
            self._edit()
        else:
            self._nav.restart(HOME)
            self._nav.show("share_chooser")

    def open_sound(self, link: str) -> bool:
        """The page of a sound, by its link; False for another link."""
        named = _SOUND.match(link)
        if named is not None:
            self._show_sound(sounds.linked(named[1], f"Sound {named[1]}").id)
        return named is not None

    def _place(self, placement: str, made: Composition) -> None:
        """Begin a post of this kind."""
        self._compose(made)
        self.state.placement, self.state.multiple = placement, False

    # Touches

    def _on_share_to(self, placement: str) -> None:
        """An entry of the chooser; a video that is shared to the feed becomes a reel."""
        self._nav.close()
        self.state.placement = placement
        self._edit()

    def _on_create(self, placement: str) -> None:
        self._place(placement, Composition(way="add_button"))
        self._pick(placement)

    def _on_compose(self, placement: str) -> None:
        """The same from the sheet "Create", which closes."""
        self._nav.close()
        self._on_create(placement)

    def _on_destination(self, placement: str) -> None:
        """POST, STORY, REEL below the picker."""
        if self.state.placement != placement:
            self._nav.stack.pop()
            self.state.placement, self.state.chosen, self.state.multiple = placement, [], False
            self._pick(placement)

    def _pick(self, placement: str) -> None:
        """The feed's picker opens with the newest file selected, the others with none."""
        self._nav.enter(Page(name="picker", target=placement), LOAD_S)
        if placement == "feed":
            self.state.chosen = [item.uri for item in self._phone.media.items()[:1]]

    def _on_multiple(self, _: str) -> None:
        self.state.multiple = not self.state.multiple
        self.state.chosen = self.state.chosen[:1] if self.state.placement == "feed" else []

    def _on_choose(self, uri: str) -> None:
        """One alone opens the editor, but for the feed's picker."""
        if self.state.multiple:
            self._toggle_choice(uri)
            return
        self.state.chosen = [uri]
        if self.state.placement != "feed":
            self._on_picked("")

    def _edit(self) -> None:
        """A video for the feed alone is a reel."""
        if self.state.placement == "feed" and _one_video(self.made.files):
            self.state.placement = "reel"
        self._nav.enter(Page(name=_EDITORS[self.state.placement]), LOAD_S)

    def _on_open_gallery(self, _: str) -> None:
        self._pick("reel")

    def _on_edited(self, _: str) -> None:
        if self.state.placement == "feed" and self._phone.faults.active("sound_suggested"):
            self.made.sound = self.made.sound or sounds.search("")[0]
        self._nav.enter(Page(name="caption", target=self.state.placement), LOAD_S)

    def _on_share(self, _: str) -> None:
        """Share under a caption."""
        self._commit("post", self.state.placement)

    def _on_share_story(self, _: str) -> None:
        """Your story publishes at once."""
        self._commit("story", "story")

    # Sounds: played by a touch on the row, taken by the arrow of the bar; the part is chosen before it counts

    def _on_sounds(self, _: str) -> None:
        self.state.sound_search, self.state.candidate = "", None
        self._nav.enter(Page(name="sounds"), LOAD_S)

    def _on_try_sound(self, id_: str) -> None:
        super()._on_try_sound(id_)
        self._nav.field = ""

    def _on_take_sound(self, id_: str) -> None:
        """The list goes; which part of the sound plays is asked next."""
        self._nav.leave()
        self._nav.enter(Page(name="sound_clip", target=id_), LOAD_S)

    def _on_clip_done(self, id_: str) -> None:
        if not self._phone.faults.active("sound_lost"):
            self.made.sound = sounds.by_id(id_)
        self._nav.leave()

    def _on_use_sound(self, id_: str) -> None:
        """From its page to the camera, with it."""
        self._place("reel", Composition(way="use_sound", sound=sounds.by_id(id_)))
        self._nav.enter(Page(name="reel_camera"), LOAD_S)

    # Leaving

    def _page_after(self, placement: str) -> Page:
        """Home while it is uploaded, or the reels, where a reel that is not there yet is unavailable."""
        to_reels = placement == "reel" and self._phone.faults.active("share_opens_reels")
        return Page(name="reels", target="own") if to_reels else HOME

    def _asks_first(self, page: str) -> bool:
        return page in _EDITORS.values()

    def _on_ask_discard(self, _: str) -> None:
        self._nav.show("discard")


def _one_video(files: tuple[MediaItem, ...]) -> bool:
    return len(files) == 1 and files[0].kind == "video"
