"""What the modelled social apps do alike: profiles, follows and likes, blockers, what closes what. It draws nothing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from phonesim.apps.app import Phone
from phonesim.apps.navigation import HOME, Navigation, Page
from phonesim.apps.relations import Following, Outcome
from phonesim.ui.view import Action
from phonesim.world import World, lookalikes, normal, traits_of, user

if TYPE_CHECKING:  # The package of an app imports this module.
    from phonesim.apps.labels import Labels

LOAD_S = 0.25
SLOW_S = 2.0
_SWIPE = 200


class SocialApp(ABC):
    """The part of `phonesim.apps.app.App` that does not depend on how an app looks: one `_on_NAME` for each action."""

    name: ClassVar[str]
    """What its screens and faults are called by."""
    blockers: ClassVar[tuple[str, ...]]
    """Faults that stop everything, by weight."""
    feet: ClassVar[Mapping[str, int]]
    """Pages that scroll where they have no room, and how high the bar at the bottom of each is."""

    def __init__(self, phone: Phone, world: World, labels: "Labels") -> None:
        self._phone, self._world, self._labels = phone, world, labels
        self._nav = Navigation(phone)
        self._following = Following(phone, world, self.blockers)
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
    def submit(self) -> None: ...

    @abstractmethod
    def back(self) -> bool: ...

    @abstractmethod
    def _publish(self, action: Action) -> None:
        """An action that none of the handlers here knows: publishing's."""

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
        return next((name for name in self.blockers if self._phone.faults.active(name)), "")

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
            self._publish(action)

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

    def focus_field(self, field: str) -> None:
        self._nav.field = field

    def _leave(self, *, publishing_back: bool) -> bool:
        """The last of BACK: from any page to the one before, then home; False when there is nothing left."""
        if publishing_back or self._nav.leave():
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
