"""What each touch on the way to a post does, from the share or the camera to the upload. It draws nothing itself."""

from collections.abc import Callable

from phonesim.apps.app import Phone
from phonesim.apps.tiktok.labels import Labels
from phonesim.apps.tiktok.navigation import Navigation
from phonesim.apps.tiktok.posting import sounds
from phonesim.apps.tiktok.posting.state import Composition, PostingState, unfinished_tag
from phonesim.apps.tiktok.posting.uploads import Uploads
from phonesim.apps.tiktok.scene import Page
from phonesim.contract import Intent, MediaItem
from phonesim.ui.view import Action
from phonesim.world import World

LOAD_S = 0.25
PAGES = frozenset({"camera", "templates", "picker", "editor", "post_form", "sound_panel"})
"""The pages that belong to one post: they are left together."""
BLOCKERS = ("login_wall", "banned", "captcha")
MOST_IMAGES = 35


class Posting:
    """One post at a time is composed; uploads go on behind it."""

    def __init__(self, phone: Phone, world: World, nav: Navigation, labels: Labels) -> None:
        self._phone, self._world, self._nav, self._labels = phone, world, nav, labels
        self.state = PostingState()
        self.uploads = Uploads(phone, world, self.state)

    def stop(self) -> None:
        """The app ends: uploads become drafts, what was being composed is lost."""
        self.uploads.cut_off()
        self.state = PostingState()
        self.uploads = Uploads(self._phone, self._world, self.state)

    @property
    def made(self) -> Composition:
        """What is being composed; pages of a post are only open while something is."""
        if self.state.composition is None:
            self.state.composition = Composition(way="add_button")
        return self.state.composition

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

    def record(self, *, way: str = "add_button") -> None:
        """The camera, from Create, by its component, or with a sound."""
        sound = self.state.candidate if way == "use_sound" else None
        self._compose(Composition(way=way, sound=sound))
        self._nav.ensure_home()
        self._nav.enter(Page(name="camera"), LOAD_S)

    def open_sound(self, link: str) -> bool:
        """A sound's page, by its link; False for another link."""
        sound = sounds.by_link(link)
        if sound is not None:
            self._nav.ensure_home()
            self._on_open_sound(sound.id)
        return sound is not None

    def _compose(self, composition: Composition) -> None:
        self.state.composition = composition
        self.state.chosen = []
        self.state.covered = False
        self.state.multiple = True
        self.state.filter, self.state.album, self.state.mode = "all", "", "PHOTO"

    # Touches

    def act(self, action: Action) -> bool:
        """False if the action is none of publishing's."""
        handler: Callable[[str], None] | None = getattr(self, f"_on_{action.name}", None)
        if handler is not None:
            handler(action.value)
        return handler is not None

    def _on_create(self, _: str) -> None:
        self.record()

    def _on_mode(self, page: str) -> None:
        """POST and CREATE below the camera: CREATE is the tab with templates."""
        if self._nav.page.name != page:
            self._nav.stack.pop()
            self._nav.enter(Page(name=page))

    def _on_close_camera(self, _: str) -> None:
        self._drop()

    def _on_open_picker(self, _: str) -> None:
        self.state.chosen = []
        self._nav.enter(Page(name="picker"), LOAD_S)

    def _on_close_picker(self, _: str) -> None:
        self._nav.leave()

    def _on_album(self, name: str) -> None:
        self.state.album = name
        self._nav.close()

    def _on_albums(self, _: str) -> None:
        self._nav.show("albums")

    def _on_filter(self, name: str) -> None:
        self.state.filter = name

    def _on_multiple(self, _: str) -> None:
        self.state.multiple = not self.state.multiple
        self.state.chosen = []

    def _on_choose(self, uri: str) -> None:
        """Several are chosen in the order of the touches; without "Select multiple" one opens the editor at once."""
        chosen = self.state.chosen
        if uri in chosen:
            chosen.remove(uri)
        elif not self.state.multiple:
            self.state.chosen = [uri]
            self._on_picked("")
        elif len(chosen) < MOST_IMAGES:
            chosen.append(uri)

    def _on_picked(self, _: str) -> None:
        files = self._chosen_files()
        if files:
            self.made.files = files
            self._nav.enter(Page(name="editor"), LOAD_S)

    def _chosen_files(self) -> tuple[MediaItem, ...]:
        found = (self._phone.media.find(uri) for uri in self.state.chosen)
        return tuple(file for file in found if file is not None)

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
        self.made.texts["link"] = self.made.link
        self._nav.show("product_link")
        self._nav.field = "link"

    def _on_add_link(self, _: str) -> None:
        self.made.link = self.made.texts["link"].strip()
        self._nav.close()
        self._nav.field = ""

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

    def _on_retry_upload(self, _: str) -> None:
        self.uploads.retry()

    def _on_give_up(self, _: str) -> None:
        self.uploads.give_up()

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
        self._nav.overlays = []
        self._nav.field = ""
        while self._nav.page.name in PAGES and self._nav.leave():
            pass

    # Sounds

    def _on_sound_panel(self, _: str) -> None:
        self.state.sound_search, self.state.candidate = "", self.made.sound
        self._nav.enter(Page(name="sound_panel"), LOAD_S)

    def _on_open_sound(self, id_: str) -> None:
        self.state.candidate = sounds.by_id(id_)
        self._nav.enter(Page(name="sound", target=id_), LOAD_S)

    def _on_try_sound(self, id_: str) -> None:
        self.state.candidate = sounds.by_id(id_)

    def _on_take_sound(self, id_: str) -> None:
        self.made.sound = sounds.by_id(id_)
        self._nav.leave()

    def _on_remove_sound(self, _: str) -> None:
        self.made.sound = None

    def _on_use_this_sound(self, id_: str) -> None:
        self.state.candidate = sounds.by_id(id_)
        self.record(way="use_sound")

    def _on_volume(self, _: str) -> None:
        self._nav.show("volume")

    def _on_slide(self, value: str) -> None:
        """`original:40`: a touch on a slider."""
        name, _, percent = value.partition(":")
        self.made.volumes[name] = int(percent)

    def _on_toggle_original(self, _: str) -> None:
        self.made.original_on = not self.made.original_on

    # Text

    def text(self, field: str) -> str:
        if field == "sound_search":
            return self.state.sound_search
        return self.made.texts.get(field, "")

    def edit(self, field: str, text: str) -> None:
        if field == "sound_search":
            self.state.sound_search = text
        elif field in self.made.texts:
            self.made.texts[field] = text

    def submit(self, field: str) -> None:
        """ENTER: a new line in the description, nothing in the title; the search for a sound goes on."""
        if field == "caption":
            self.made.texts["caption"] += "\n"
        elif field == "sound_search":
            self._nav.field = ""

    def hide_keyboard(self) -> None:
        """A list of suggestions goes with the keyboard, unless the fault keeps it."""
        unfinished = self._nav.field == "caption" and unfinished_tag(self.made.texts["caption"])
        self.state.covered = bool(unfinished) and self._phone.faults.active("suggestions_cover_post")
        self._nav.field = ""
