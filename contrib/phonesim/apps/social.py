"""What the modelled social apps do alike: profiles, follows and likes, blockers, what closes what. It draws nothing."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from phonesim.apps.app import App, Phone
from phonesim.apps.labels import Labels
from phonesim.apps.navigation import HOME, LOAD_S, SEARCH, TYPED_IN, Navigation, Page
from phonesim.apps.posting.flow import PostFlow
from phonesim.apps.relations import Following, Outcome
from phonesim.apps.scene import SocialScene
from phonesim.ui.view import Action
from phonesim.world import World, lookalikes, normal, traits_of, user

SLOW_S = 2.0
_SWIPE = 200
Flow = TypeVar("Flow", bound=PostFlow[Any])
Scene = TypeVar("Scene", bound=SocialScene)


class SocialApp(App, ABC, Generic[Flow]):
    """What does not depend on how a social app looks: one `_on_NAME` for each action."""

    name: ClassVar[str]
    """What its screens and faults are called by."""
    posting_type: type[Flow]
    """Its way to a post."""
    account_sheet: ClassVar[str]
    """What its sheet of accounts is called."""
    feet: ClassVar[Mapping[str, int]]
    """Pages that scroll where they have no room, and how high the bar at the bottom of each is."""

    def __init__(self, phone: Phone, world: World, labels_of: Callable[[str], Labels]) -> None:
        self._phone, self._world, self._labels_of = phone, world, labels_of
        self._labels = labels_of(phone.language)
        self._nav = Navigation(phone)
        self._posting = self.posting_type(phone, world, self._nav, self._labels)
        self._following = Following(phone, world, self._posting.blockers)
        self._position = 0
        self._forget()

    def speak(self, language: str) -> None:
        self._labels.language = language

    @property
    def foot(self) -> int | None:
        if self._nav.top is not None or self._blocker():
            return None
        return self.feet.get(self._nav.page.name)

    def _forget(self) -> None:
        """What an end of the app loses; follows, posts and the place in the feed are the server's."""
        self._nav.forget()
        self._following.forget()
        self._suggesting: set[str] = set()
        self._query = ""

    @abstractmethod
    def _search(self, words: str) -> None:
        """The page with what a search brings."""

    def stop(self) -> None:
        """Follows, posts and the place in the feed are the server's and survive; what was uploading is a draft now."""
        self._posting.stop()
        self._forget()

    def settle(self) -> None:
        """Time passes when the app is looked at: uploads arrive."""
        self._posting.uploads.settle()

    def _seen(self, scene: type[Scene], **own: Any) -> Scene:
        """What screens are drawn from now, with what only this app's have."""
        mixed = "fr" if self._phone.language == "en" else "en"
        return scene(
            phone=self._phone,
            world=self._world,
            labels=self._labels,
            nav=self._labels_of(mixed) if self._phone.faults.active("mixed_language") else self._labels,
            page=self._nav.page,
            position=self._position,
            shown=self._following.shown(),
            suggesting=frozenset(self._suggesting),
            query=self._query,
            field=self.focused_field,
            posting=self._posting.state,
            sent=self._posting.uploads,
            **own,
        )

    @property
    def focused_field(self) -> str:
        top = self._nav.top
        typing = top is None or top.name in TYPED_IN
        return self._nav.field if typing and not self._blocker() else ""

    @property
    def screen(self) -> tuple[str, str]:
        blocker, top, page = self._blocker(), self._nav.top, self._nav.page
        if blocker:
            return f"{self.name}.{blocker}", ""
        if top is not None:
            return f"{self.name}.{top.name}", top.target
        return f"{self.name}.{self._profile_state(page) if page.name == 'profile' else page.name}", page.target

    def _profile_state(self, page: Page) -> str:
        if self._phone.before(page.ready_at):
            return "profile_loading"
        found = user(page.target)
        if found is None:
            return "user_not_found"
        return "user_banned" if "banned" in found.traits else "profile"

    def _blocker(self) -> str:
        return next((name for name in self._posting.blockers if self._phone.faults.active(name)), "")

    def _linked(self, handle: str) -> str:
        """Whose profile a link to this one really opens."""
        if not self._phone.faults.active("wrong_profile"):
            return handle
        other = (*lookalikes(handle), "someone.else")[0]
        return normal(str(self._phone.faults.value("wrong_profile", "target", other)))

    def _enter_profile(self, handle: str) -> None:
        if handle == self._world.active:
            self._nav.enter(Page(name="own_profile"))
        else:
            self._nav.enter(Page(name="profile", target=handle), SLOW_S if "slow" in traits_of(handle) else LOAD_S)

    # Touches

    def act(self, action: Action) -> None:
        """Dispatch by the action's name, as nodes carry it."""
        handler = getattr(self, f"_on_{action.name}", None)
        if handler is not None:
            handler(action.value)
        else:
            self._posting.act(action)

    def _on_follow(self, handle: str) -> None:
        outcome = self._following.follow(handle)
        if outcome is Outcome.CHANGED:
            self._suggesting.add(handle)
        elif outcome is Outcome.LIMITED:
            self._too_fast()

    def _too_fast(self) -> None:
        if self._phone.faults.value("follow_limit", "as", "dialog") == "toast":
            self._phone.show_toast(self._labels["too_fast"])
        else:
            self._nav.show("too_fast")

    def _on_unfollow(self, handle: str) -> None:
        self._nav.close()
        self._following.unfollow(handle)

    def _on_suggest(self, handle: str) -> None:
        self._suggesting ^= {handle}

    def _on_like(self, handle: str) -> None:
        self._world.tapped("like", handle)
        self._world.like(handle)

    def _on_profile(self, handle: str) -> None:
        self._enter_profile(handle)

    def _on_search(self, _: str) -> None:
        self._query = ""
        self._nav.enter(Page(name="search"))

    def _on_submit(self, _: str) -> None:
        self.submit()

    def _on_accounts(self, _: str) -> None:
        self._nav.show(self.account_sheet)

    def _on_clear_search(self, _: str) -> None:
        self._query = ""

    def _on_switch(self, account: str) -> None:
        changed = account != self._world.active
        self._nav.overlays = []
        if changed:
            self._world.switch(account)
            self._switched()

    def _switched(self) -> None:
        """Another account became the active one: home is shown. An app may show more."""
        self._nav.restart(HOME)

    def _on_close_overlay(self, _: str) -> None:
        self._nav.close()

    def _on_back_page(self, _: str) -> None:
        self._nav.field = ""
        self.back()

    # Text and keys

    def focus_field(self, field: str) -> None:
        self._nav.field = field

    def text(self, field: str) -> str:
        return self._query if field == SEARCH else self._posting.text(field)

    def edit(self, field: str, text: str) -> None:
        if field == SEARCH:
            self._query = text
        else:
            self._posting.edit(field, text)

    def submit(self) -> None:
        """ENTER, or the word next to the field of the search."""
        if self._nav.field not in ("", SEARCH):
            self._posting.submit(self._nav.field)
        elif self._query.strip():
            self._search(self._query.strip())

    def hide_keyboard(self) -> None:
        self._posting.hide_keyboard()

    def back(self) -> bool:
        """Closes what is on top, then from any page to the one before, then home; blockers stay, and the app is left
        instead."""
        if self._blocker():
            return False
        if self._nav.close() or self._posting.back() or self._nav.leave():
            return True
        if self._nav.page.name != HOME.name:
            self._nav.stack = [HOME]
            return True
        return False

    def _turn(self, dy: int) -> None:
        """A swipe up or down on a feed: the next place or the one before."""
        self._position = max(0, self._position + (1 if dy < 0 else -1))

    def _swiped(self, dx: int, dy: int) -> bool:
        """Whether a drag is one up or down that what is shown takes."""
        return self._nav.top is None and not self._blocker() and abs(dy) > max(_SWIPE, abs(dx))
