"""Which faults an app can have, and which are set now. What a fault looks like is the app's business."""

from collections.abc import Mapping
from typing import Any

from phonesim.contract import UnknownFaultError

POPUPS: Mapping[str, str] = {
    "not_now": "a question with OK and Not now",
    "notification": "Android's notification permission, with a typographic apostrophe",
    "save_login": "Save login for next time?",
    "update": "opaque: no text and nothing clickable, BACK closes it",
    "phone_number": "a sheet over the screen, closed by an unlabelled X",
    "rating": "asks for stars; Later closes it",
}

INSTAGRAM_POPUPS: Mapping[str, str] = {
    "sticker": "Create a sticker, with Try it and Not now",
    "camera": "Android's camera permission, three answers",
    "sharing_posts": "Sharing posts: one button that goes on",
}
"""Kinds that only Instagram has; they wait until it shows a screen."""

APPS = ("tiktok", "instagram")
"""The apps that a fault can be meant for; without `app` it is meant for all."""

FAULTS: Mapping[str, str] = {
    "popup": "{kind, after: screens to let pass (0), repeat: how often (1)}; kinds: "
    + ", ".join((*POPUPS, *(f"{kind} (Instagram)" for kind in INSTAGRAM_POPUPS))),
    "unknown_popup": "a popup that is in no list, over the next screen; BACK closes it; {after, repeat} as popup",
    "captcha": "Verify to continue; {when: now|follow|post}",
    "login_wall": "the app is logged out; {when: now|follow|post}",
    "banned": "the account is banned; {when: now|follow|post}",
    "verification": "asks for a photo of an ID (Instagram); {when: now|follow|post}",
    "challenge_loading": "a challenge that still loads: nothing but Menu (Instagram); {seconds} or until cleared",
    "share_opens_reels": "after a reel is shared the reels show, where it is unavailable while it uploads (Instagram)",
    "creation_tab": "the tab bar of older versions, with a plus in it (Instagram)",
    "clone": "another copy of Instagram is installed; {package}, clear uninstalls it",
    "follow_limit": "a tap on Follow answers You're following too fast; {as: dialog|toast}",
    "follow_ignored": "a tap on Follow does nothing",
    "follow_late": "a tap on Follow works, the label changes later; {seconds: 2}",
    "moving": "the screen never comes to rest; {seconds} from now, or until cleared",
    "slow_screens": "every screen loads for {seconds: 3}",
    "wrong_profile": "a link to a profile opens another user's; {target}",
    "no_create_button": "the navigation has no Create; the camera opens by its component only",
    "post_ignored": "a tap on Post does nothing",
    "post_limit": "a tap on Post answers that the day's limit is reached",
    "publish_confirm": "a tap on Post asks once more: Publish now",
    "post_prompts": "after Post come Android's notification prompt and the launcher's widget sheet",
    "upload_slow": "an upload takes {seconds: 10}",
    "upload_stuck": "an upload never gets beyond 73 percent",
    "upload_failure": "an upload fails on its way and offers Retry; that stays until it is retried or closed",
    "upload_recovers": "an upload fails on its way and goes on by itself {seconds: 3} later",
    "upload_waits": "an upload waits for the network, and says so, until this is cleared",
    "uploads_survive": "uploads go on when the app ends; without the fault they become drafts",
    "uploads_shown_late": "after the app's start it shows what is uploaded or failed only {seconds: 1} later",
    "upload_lost": "an upload ends without a word, and nothing is published",
    "upload_needs_files": "an upload fails when one of its files is removed from the phone on its way",
    "suggestions_cover_post": "the list for a #tag or @name hides the upper Post, and stays over the lower one",
    "share_lands_on": "a share opens the {page: form} or editor; without the fault the editor",
    "share_lists_refused": "a share of several files, whose URIs `am` can only send as strings, opens nothing",
    "sound_results": "a search for sounds lists {show: similar_first, similar, others or none}",
    "sounds_late": "the answer to a search for sounds comes {seconds: 3} later; until then recommended ones are listed",
    "sound_lost": "a sound whose part was chosen is not on the post (Instagram)",
    "sound_gone": "the page of a sound says that it is not available (Instagram)",
    "sound_suggested": "pictures come with a sound that was not chosen (Instagram)",
    "no_sound_tool": "the editor has nothing that adds a sound; the form of pictures has (Instagram)",
    "no_products": "the showcase of every shop is empty",
    "products_late": "the list of products takes {seconds: 4} to come",
    "product_unnamed": "a product is added without being asked for its name, as in other versions",
    "many_posts": "the own profile counts {posts: 12300} before ours, and writes them short: 12.3K (Instagram)",
    "vague_ages": "what is seconds old is only said to be new: Just now, Now",
    "comments_open": "the feed opens with its comments over it: a sheet that a dump lists before the page (TikTok)",
    "mixed_language": "tabs and navigation in another language than the buttons",
}

_LANDINGS = ("form", "editor")
_SOUNDS = ("similar_first", "similar", "others", "none")
_WHEN = ("now", "follow", "post")


class FaultSet:
    """The faults set on one phone, as one of its apps meets them. Not thread-safe: its display holds the lock."""

    def __init__(self, app: str = "", shared: dict[str, dict[str, Any]] | None = None) -> None:
        self._app = app
        self._set: dict[str, dict[str, Any]] = {} if shared is None else shared

    def meant_for(self, app: str) -> "FaultSet":
        """The same faults without those that are meant for another app."""
        return FaultSet(app, self._set)

    def _find(self, name: str) -> dict[str, Any] | None:
        found = self._set.get(name)
        meant = found is not None and (not self._app or found.get("app", self._app) == self._app)
        return found if meant else None

    def inject(self, name: str, params: Mapping[str, Any], *, now: float) -> None:
        """Set or clear a fault; raises UnknownFaultError for a name, kind or time that does not exist."""
        if name not in FAULTS:
            raise UnknownFaultError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
        if params.get("clear"):
            self._set.pop(name, None)
            return
        kind = params.get("kind")
        if name == "popup" and kind not in (*POPUPS, *INSTAGRAM_POPUPS):
            raise UnknownFaultError(f"no popup of kind {kind!r}; there are {', '.join((*POPUPS, *INSTAGRAM_POPUPS))}")
        if params.get("app", APPS[0]) not in APPS:
            raise UnknownFaultError(f"no app {params['app']!r}; there are {', '.join(APPS)}")
        if params.get("when", "now") not in _WHEN:
            raise UnknownFaultError(f"{name} happens 'now', on 'follow' or on 'post', not {params['when']!r}")
        if name == "share_lands_on" and params.get("page", "form") not in _LANDINGS:
            raise UnknownFaultError(f"a share lands on {' or '.join(_LANDINGS)}: {{page: form}}")
        if name == "sound_results" and params.get("show", _SOUNDS[0]) not in _SOUNDS:
            raise UnknownFaultError(f"a search for sounds can list {', '.join(_SOUNDS)}: {{show: similar}}")
        self._set[name] = {**params, "since": now}

    def active(self, name: str, when: str = "now") -> bool:
        """Whether the fault is set, for this occasion where it has one."""
        found = self._find(name)
        return found is not None and found.get("when", "now") == when

    def value(self, name: str, key: str, default: Any) -> Any:
        """One parameter of a fault that is set; the default if the fault or the parameter is not."""
        return (self._find(name) or {}).get(key, default)

    def seconds(self, name: str, default: float) -> float:
        """How long the fault lasts or delays; 0 when it is not set."""
        found = self._find(name)
        return float(found.get("seconds", default)) if found is not None else 0.0

    def until(self, name: str) -> float:
        """When a fault that lasts for `seconds` ends; infinity if it lasts until cleared, 0 if it is not set."""
        found = self._find(name)
        if found is None:
            return 0.0
        return float(found["since"]) + float(found.get("seconds", "inf"))

    def trip(self, name: str) -> None:
        """A fault that waited for its occasion is here now, and stays until cleared."""
        self._set[name]["when"] = "now"

    def popups_due(self) -> list[str]:
        """Called when a screen is entered: the popups that appear over it, each occurrence used up."""
        due: list[str] = []
        for name in ("popup", "unknown_popup"):
            params = self._find(name)
            if params is None or (params.get("kind") in INSTAGRAM_POPUPS and self._app != "instagram"):
                continue
            waiting = int(params.get("after", 0))
            if waiting > 0:
                params["after"] = waiting - 1
                continue
            due.append(str(params.get("kind", "unknown")))
            params["repeat"] = int(params.get("repeat", 1)) - 1
            if params["repeat"] <= 0:
                del self._set[name]
        return due

    def state(self) -> dict[str, dict[str, Any]]:
        """JSON-ready: the parameters of each fault that is set."""
        return {name: {k: v for k, v in params.items() if k != "since"} for name, params in self._set.items()}
