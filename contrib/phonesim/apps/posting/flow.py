"""The way to a post as both apps have it: what is composed, the touch that publishes, drafts, leaving. Draws nothing.

An app adds its pages: which come first, which ask before they are left, where the way goes on after each.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from phonesim.apps.app import Phone
from phonesim.apps.labels import Labels
from phonesim.apps.navigation import LOAD_S, Navigation, Page
from phonesim.apps.posting import sounds
from phonesim.apps.posting.state import CAPTION, SOUND_SEARCH, Composition, PostingState, Upload, unfinished_tag
from phonesim.apps.posting.uploads import Uploads
from phonesim.contract import Intent, MediaItem
from phonesim.posts import Post
from phonesim.ui.view import Action
from phonesim.world import World

State = TypeVar("State", bound=PostingState)


class PostFlow(ABC, Generic[State]):
    """One post at a time is composed; uploads go on behind it. A touch is answered by the method `_on_NAME`."""

    new_state: type[State]
    pages: ClassVar[frozenset[str]]
    """The pages that belong to one post: they are left together."""
    first_pages: ClassVar[frozenset[str]]
    """Those that BACK leaves the post from without a question."""
    blockers: ClassVar[tuple[str, ...]]
    """Faults that stop everything, by weight."""
    prompts: ClassVar[tuple[str, ...]]
    """What the fault `post_prompts` brings after a post."""
    most_files: ClassVar[int]

    def __init__(self, phone: Phone, world: World, nav: Navigation, labels: Labels) -> None:
        self._phone, self._world, self._nav, self._labels = phone, world, nav, labels
        self._begin()

    def _begin(self, left: list[Upload] | None = None) -> None:
        self.state = self.new_state()
        self.uploads = Uploads(self._phone, self._world, self.state, left)

    def stop(self) -> None:
        """The app ends: uploads become drafts, what failed stays, what was being composed is lost."""
        self._begin(self.uploads.cut_off())

    @property
    def made(self) -> Composition:
        """What is being composed; pages of a post are only open while something is."""
        if self.state.composition is None:
            self.state.composition = Composition(way="add_button")
        return self.state.composition

    def act(self, action: Action) -> None:
        """What none of publishing's touches is called does nothing."""
        handler: Callable[[str], None] | None = getattr(self, f"_on_{action.name}", None)
        if handler is not None:
            handler(action.value)

    # What is composed

    @abstractmethod
    def _edit(self) -> None:
        """On to the page after the files were chosen."""

    @abstractmethod
    def _asks_first(self, page: str) -> bool:
        """Whether BACK on this page asks before the post is lost."""

    @abstractmethod
    def _page_after(self, placement: str) -> Page:
        """What is shown once a post is on its way."""

    def _compose(self, made: Composition) -> None:
        self.state.composition = made
        self.state.chosen, self.state.covered = [], False

    def _shared(self, intent: Intent, uris: Sequence[str]) -> tuple[MediaItem, ...]:
        """The files that a share brings; nothing, and a toast, if one of them cannot be read."""
        files = self._files(uris)
        refused = len(files) > 1 and self._phone.faults.active("share_lists_refused")
        if not intent.grants_read or len(files) != len(uris) or refused:
            files = ()
        if not files:
            self._phone.show_toast(self._labels["cannot_open"])
        return files

    def _files(self, uris: Sequence[str]) -> tuple[MediaItem, ...]:
        found = (self._phone.media.find(uri) for uri in uris)
        return tuple(file for file in found if file is not None)

    def _on_picked(self, _: str) -> None:
        files = self._files(self.state.chosen)
        if files:
            self.made.files = files
            self._edit()

    def _toggle_choice(self, uri: str) -> None:
        """Several are chosen in the order of the touches."""
        if uri in self.state.chosen:
            self.state.chosen.remove(uri)
        elif len(self.state.chosen) < self.most_files:
            self.state.chosen.append(uri)

    def _on_suggestion(self, word: str) -> None:
        words = self.made.texts[CAPTION]
        self.made.texts[CAPTION] = f"{words.removesuffix(unfinished_tag(words))}{word} "
        self.state.covered = False

    # Sounds

    def _show_sound(self, id_: str) -> None:
        """The page of a sound, from a link."""
        self._nav.ensure_home()
        self._nav.enter(Page(name="sound", target=id_), LOAD_S)

    def _on_remove_sound(self, _: str) -> None:
        self.made.sound = None

    def _on_try_sound(self, id_: str) -> None:
        """A touch on the row of a sound plays it."""
        self.state.candidate = sounds.by_id(id_)

    def _on_volume(self, _: str) -> None:
        self._nav.show("volume")

    def _on_slide(self, value: str) -> None:
        """`original:40`: a touch on a slider."""
        name, _, percent = value.partition(":")
        self.made.volumes[name] = int(percent)

    def _on_toggle_original(self, _: str) -> None:
        self.made.original_on = not self.made.original_on

    # The commit

    def _commit(self, kind: str, placement: str) -> None:
        """The touch that publishes, counted; a blocker, a fault, a limit or a question may be in the way."""
        faults = self._phone.faults
        self._world.tapped(kind, self.made.target)
        if self._blocked() or faults.active("post_ignored"):
            return
        self._nav.field = ""
        if faults.active("post_limit"):
            self._nav.show("post_limit")
        elif placement != "story" and faults.active("publish_confirm"):
            self._nav.show("publish_now")
        else:
            self._send(placement)

    def _on_publish_now(self, _: str) -> None:
        self._world.tapped("publish_now", self.made.target)
        self._nav.close()
        self._send(self.state.placement)

    def _blocked(self) -> bool:
        """A blocker that waited for this moment is here now."""
        waiting = next((name for name in self.blockers if self._phone.faults.active(name, "post")), "")
        if waiting:
            self._phone.faults.trip(waiting)
        return bool(waiting)

    def _send(self, placement: str) -> None:
        post = self._post(placement)
        uris = tuple(file.uri for file in self.made.files)
        self.state.composition = None
        self.uploads.begin(post, uris)
        self._nav.restart(self._page_after(placement))
        if self._phone.faults.active("post_prompts"):
            for prompt in self.prompts:
                self._nav.show(prompt)

    def _post(self, placement: str) -> Post:
        return self.made.post(self._world.active, placement=placement, at=self._phone.clock())

    def _on_retry_upload(self, first_file: str) -> None:
        self.uploads.retry(first_file)

    def _on_give_up(self, first_file: str) -> None:
        self.uploads.give_up(first_file)

    # Leaving

    def back(self) -> bool:
        """BACK on a page of publishing: nothing is lost without a question. False if the page is none of its."""
        page = self._nav.page.name
        if page not in self.pages:
            return False
        if self.state.covered:
            self.state.covered = False
        elif self._asks_first(page):
            self._nav.show("discard")
        elif page in self.first_pages:
            self._drop()
        else:
            self._nav.leave()
        return True

    def _on_save_draft(self, _: str) -> None:
        """Kept on the phone, which is no effect; the app shows how many drafts there are."""
        self._world.keep_draft(self._post(self.state.placement))
        self._drop()

    def _on_discard(self, _: str) -> None:
        self._drop()

    def _drop(self) -> None:
        """Leave all pages of this post."""
        self.state.composition = None
        self._nav.leave_all(self.pages)

    # Text

    def text(self, field: str) -> str:
        return self.state.sound_search if field == SOUND_SEARCH else self.made.texts.get(field, "")

    def edit(self, field: str, text: str) -> None:
        if field == SOUND_SEARCH:
            self.state.sound_search, self.state.sound_search_at = text, self._phone.clock()
        elif field in self.made.texts:
            self.made.texts[field] = text

    def submit(self, field: str) -> None:
        """ENTER: a new line in a caption, nothing in a title; the search for a sound goes on."""
        if field == CAPTION:
            self.made.texts[CAPTION] += "\n"
        elif field in (SOUND_SEARCH, "product_name"):
            self._nav.field = ""

    def hide_keyboard(self) -> None:
        """A list of suggestions goes with the keyboard, unless the fault keeps it."""
        unfinished = self._nav.field == CAPTION and unfinished_tag(self.made.texts[CAPTION])
        self.state.covered = bool(unfinished) and self._phone.faults.active("suggestions_cover_post")
        self._nav.field = ""

    def _on_hide_keyboard(self, _: str) -> None:
        self.hide_keyboard()
