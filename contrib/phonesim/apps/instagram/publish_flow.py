"""What each touch on the way to a reel, a post or a story does, from the plus or a share to the upload."""

from collections.abc import Callable

from phonesim.apps.app import Phone
from phonesim.apps.instagram.compose import Compose
from phonesim.apps.instagram.scene import Page
from phonesim.apps.instagram.sound_touches import SEARCH, SoundTouches
from phonesim.apps.labels import Labels
from phonesim.apps.navigation import HOME, Navigation
from phonesim.apps.tiktok.posting import sounds
from phonesim.apps.tiktok.posting.state import Composition, Upload, unfinished_tag
from phonesim.apps.tiktok.posting.uploads import Uploads
from phonesim.contract import STREAM, Intent, MediaItem
from phonesim.ui.view import Action
from phonesim.world import World

LOAD_S = 0.25
STORY = "com.instagram.share.ADD_TO_STORY"
CAPTION = "caption"
PAGES = frozenset(
    {"picker", "reel_camera", "reel_editor", "feed_editor", "story_editor", "sounds", "sound_clip", "caption"}
)
"""The pages that belong to one post: they are left together."""
BLOCKERS = ("login_wall", "banned", "captcha", "verification")
MOST_FILES = 20
_EDITORS = {"reel": "reel_editor", "feed": "feed_editor", "story": "story_editor"}


class Publishing(SoundTouches):
    """One post at a time is composed; uploads go on behind it."""

    def __init__(self, phone: Phone, world: World, nav: Navigation, labels: Labels) -> None:
        super().__init__(phone, nav)
        self._world, self._labels = world, labels
        self._begin()

    def _begin(self, left: list[Upload] | None = None) -> None:
        self.state = Compose(multiple=False)
        self.uploads = Uploads(self._phone, self._world, self.state, left)

    def stop(self) -> None:
        """The app ends: uploads become drafts, what failed stays, what was being composed is lost."""
        self._begin(self.uploads.cut_off())

    @property
    def shown(self) -> tuple[Upload, ...]:
        """The uploads that screens show."""
        return self.uploads.shown

    @property
    def made(self) -> Composition:
        if self.state.composition is None:
            self.state.composition = Composition(way="add_button")
        return self.state.composition

    # Ways in

    def share(self, intent: Intent) -> None:
        """SEND asks where to; ADD_TO_STORY goes to the story's editor. What cannot be read is said in a toast."""
        self._nav.ensure_home()
        uris = (intent.uris.get(STREAM) or intent.data,) if intent.action == STORY else intent.streams
        found = [self._phone.media.find(uri) for uri in uris]
        files = tuple(file for file in found if file is not None)
        refused = len(files) > 1 and self._phone.faults.active("share_lists_refused")
        if not intent.grants_read or not files or len(files) != len(found) or refused:
            self._phone.show_toast(self._labels["cannot_open"])
            return
        self.compose("story" if intent.action == STORY else "feed", Composition(way="share", files=files))
        if intent.action == STORY:
            self._edit()
        else:
            self._nav.restart(HOME)
            self._nav.show("share_chooser")

    def compose(self, placement: str, made: Composition) -> None:
        state = self.state
        state.composition, state.placement = made, placement
        state.chosen, state.multiple, state.covered = [], False, False

    # Touches

    def act(self, action: Action) -> bool:
        """False if the action is none of publishing's."""
        handler: Callable[[str], None] | None = getattr(self, f"_on_{action.name}", None)
        if handler is not None:
            handler(action.value)
        return handler is not None

    def _on_share_to(self, placement: str) -> None:
        """An entry of the chooser; a video that is shared to the feed becomes a reel."""
        self._nav.close()
        self.state.placement = placement
        self._edit()

    def _on_create(self, placement: str) -> None:
        self.compose(placement, Composition(way="add_button"))
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

    def _on_several(self, _: str) -> None:
        self.state.multiple = not self.state.multiple
        self.state.chosen = self.state.chosen[:1] if self.state.placement == "feed" else []

    def _on_choose(self, uri: str) -> None:
        """Several are kept in the order of the touches; one alone opens the editor, but for the feed's picker."""
        chosen = self.state.chosen
        if self.state.multiple:
            if uri in chosen:
                chosen.remove(uri)
            elif len(chosen) < MOST_FILES:
                chosen.append(uri)
        else:
            self.state.chosen = [uri]
            if self.state.placement != "feed":
                self._on_picked("")

    def _on_picked(self, _: str) -> None:
        found = (self._phone.media.find(uri) for uri in self.state.chosen)
        files = tuple(file for file in found if file is not None)
        if files:
            self.made.files = files
            self._edit()

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

    def _on_suggestion(self, word: str) -> None:
        words = self.made.texts[CAPTION]
        self.made.texts[CAPTION] = f"{words.removesuffix(unfinished_tag(words))}{word} "
        self.state.covered = False

    def _on_caption_done(self, _: str) -> None:
        self.hide_keyboard()

    # The commit

    def _on_share(self, _: str) -> None:
        """Share under a caption: this is the touch that publishes, unless a fault is in the way."""
        if not self._may_publish("post"):
            return
        if self._phone.faults.active("publish_confirm"):
            self._nav.show("publish_now")
        else:
            self._send(self.state.placement)

    def _on_publish_now(self, _: str) -> None:
        self._world.tapped("publish_now", self.made.target)
        self._nav.close()
        self._send(self.state.placement)

    def _on_share_story(self, _: str) -> None:
        """Your story publishes at once."""
        if self._may_publish("story"):
            self._send("story")

    def _may_publish(self, kind: str) -> bool:
        """Count the touch; False if a blocker, a limit or nothing at all answers it."""
        faults = self._phone.faults
        self._world.tapped(kind, self.made.target)
        if self._blocked() or faults.active("post_ignored"):
            return False
        if faults.active("post_limit"):
            self._nav.show("post_limit")
            return False
        return True

    def _blocked(self) -> bool:
        """A blocker that waited for this moment is here now."""
        waiting = next((name for name in BLOCKERS if self._phone.faults.active(name, "post")), "")
        if waiting:
            self._phone.faults.trip(waiting)
        return bool(waiting)

    def _send(self, placement: str) -> None:
        """Home is shown while it is uploaded, or the reels, where a reel that is not there yet is unavailable."""
        post = self.made.post(self._world.active, placement=placement, at=self._phone.clock())
        uris = tuple(file.uri for file in self.made.files)
        self.state.composition = None
        self.uploads.begin(post, uris)
        to_reels = placement == "reel" and self._phone.faults.active("share_opens_reels")
        self._nav.restart(Page(name="reels", target="own") if to_reels else HOME)
        if self._phone.faults.active("post_prompts"):
            self._nav.show("popup.notification")

    def _on_retry_upload(self, first_file: str) -> None:
        self.uploads.retry(first_file)

    def _on_discard_upload(self, first_file: str) -> None:
        self.uploads.give_up(first_file)

    def _on_save_draft(self, _: str) -> None:
        """Kept on the phone: no effect; the reel's picker counts it."""
        self._world.keep_draft(
            self.made.post(self._world.active, placement=self.state.placement, at=self._phone.clock())
        )
        self._drop()

    # Leaving

    def back(self) -> bool:
        """BACK on a page of publishing: editors ask first. False if the page is none of its."""
        page = self._nav.page.name
        if page not in PAGES:
            return False
        if self.state.covered:
            self.state.covered = False
        elif page in _EDITORS.values():
            self._nav.show("discard")
        elif page in ("picker", "reel_camera"):
            self._drop()
        else:
            self._nav.leave()
        return True

    def _on_ask_discard(self, _: str) -> None:
        self._nav.show("discard")

    def _on_discard(self, _: str) -> None:
        self._drop()

    def _on_leave_picker(self, _: str) -> None:
        self._drop()

    def _drop(self) -> None:
        """Leave all pages of this post."""
        self.state.composition = None
        self._nav.leave_all(PAGES)

    # Text

    def text(self, field: str) -> str:
        return self.state.sound_search if field == SEARCH else self.made.texts.get(field, "")

    def edit(self, field: str, text: str) -> None:
        if field == SEARCH:
            self.search_sounds(text)
        elif field in self.made.texts:
            self.made.texts[field] = text

    def submit(self, field: str) -> None:
        """ENTER is a new line in a caption, and sends a search."""
        if field == CAPTION:
            self.made.texts[CAPTION] += "\n"
        elif field == SEARCH:
            self._nav.field = ""

    def hide_keyboard(self) -> None:
        """A list of suggestions goes with the keyboard, unless the fault keeps it."""
        unfinished = self._nav.field == CAPTION and unfinished_tag(self.made.texts[CAPTION])
        self.state.covered = bool(unfinished) and self._phone.faults.active("suggestions_cover_post")
        self._nav.field = ""


def _one_video(files: tuple[MediaItem, ...]) -> bool:
    return len(files) == 1 and files[0].kind == "video"
