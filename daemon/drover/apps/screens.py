"""The fixed list of screens that the recogniser can name, and what it says about one. Types only."""

from dataclasses import dataclass, field
from enum import StrEnum

from drover.phone.hierarchy import Node
from drover.wire.holds import Trouble
from drover.wire.tasks import Reason


class Screen(StrEnum):
    """What is in front. The values are stable: rules, logs and tests use them."""

    BLANK = "blank"  # nothing to read or touch yet: starting, loading, or a dead surface
    HOME_FEED = "home_feed"
    FRIENDS_FEED = "friends_feed"
    INBOX = "inbox"
    SHOP = "shop"  # TikTok's tab of products
    VIDEO = "video"  # one video in full, opened from search, a profile or a link
    REELS_VIEWER = "reels_viewer"
    POSTS = "posts"  # Instagram's posts in full, opened from a profile
    STORY_VIEWER = "story_viewer"  # Instagram's stories, one after another
    COMMENTS = "comments"
    EXPLORE = "explore"
    SEARCH_ENTRY = "search_entry"
    SEARCH_RESULTS = "search_results"
    OTHER_PROFILE = "other_profile"
    OWN_PROFILE = "own_profile"
    PROFILE_LOADING = "profile_loading"  # the frame of a page without its content
    USER_NOT_FOUND = "user_not_found"
    UNFOLLOW_SHEET = "unfollow_sheet"  # also the second question after it
    ACCOUNT_SWITCHER = "account_switcher"
    CAMERA = "camera"
    CREATE_TAB = "create_tab"  # TikTok's templates: the trap next to the camera
    GALLERY_PICKER = "gallery_picker"
    STORY_PICKER = "story_picker"
    EDITOR = "editor"
    STORY_EDITOR = "story_editor"  # Instagram's: its bottom button publishes
    CREATE_SHEET = "create_sheet"  # Instagram's choice of what to create
    CHOOSER = "chooser"  # where to share to, asked by Android or by the app
    POST_FORM = "post_form"
    SOUND_PAGE = "sound_page"  # one sound, with the button that uses it
    SOUND_LIST = "sound_list"  # the editor's list of sounds
    SOUND_CLIP = "sound_clip"  # which part of a chosen sound plays; its Done takes the sound
    LINK_SHEET = "link_sheet"  # what a post can link: products, among other things
    LINK_ENTRY = "link_entry"  # where a link is typed
    PRODUCT_LIST = "product_list"  # what the account sells, to choose from for a post
    PRODUCT_NAME = "product_name"  # the name under which a post shows its product
    VOLUMES = "volumes"  # the sliders of a post's sounds
    DISCARD_QUESTION = "discard_question"  # a post is left unfinished: discard it, keep it as a draft, go on?
    PUBLISH_QUESTION = "publish_question"  # after Post: its answer is what publishes
    AFTER_POST = "after_post"
    POPUP = "popup"  # a window that holds a popup and nothing else
    PERMISSION_DIALOG = "permission_dialog"
    SYSTEM_DIALOG = "system_dialog"  # Android's or the launcher's own
    LAUNCHER = "launcher"
    OTHER_APP = "other_app"
    LOGIN_WALL = "login_wall"
    CAPTCHA = "captcha"
    VERIFICATION = "verification"
    DISABLED = "disabled"  # the account is banned or suspended
    RESTRICTION = "restriction"  # too fast, try again later
    UNKNOWN = "unknown"


CONTENT = frozenset(
    {
        Screen.HOME_FEED,
        Screen.FRIENDS_FEED,
        Screen.INBOX,
        Screen.SHOP,
        Screen.AFTER_POST,
        Screen.VIDEO,
        Screen.REELS_VIEWER,
        Screen.POSTS,
        Screen.STORY_VIEWER,
        Screen.COMMENTS,
        Screen.EXPLORE,
        Screen.SEARCH_ENTRY,
        Screen.SEARCH_RESULTS,
        Screen.OTHER_PROFILE,
        Screen.OWN_PROFILE,
        Screen.PRODUCT_LIST,
        Screen.SOUND_LIST,
        Screen.SOUND_PAGE,
    }
)
"""Screens full of other people's words, which may say anything: a song is called "Welcome back"."""

FRAMES = frozenset({Screen.UNKNOWN, Screen.BLANK, Screen.PROFILE_LOADING})
"""What may be the frame of any page: all that it says may be the app's own."""

SHEETS = frozenset(
    {
        Screen.UNFOLLOW_SHEET,
        Screen.ACCOUNT_SWITCHER,
        Screen.CREATE_SHEET,
        Screen.CHOOSER,
        Screen.LINK_SHEET,
        Screen.LINK_ENTRY,
        Screen.DISCARD_QUESTION,
        Screen.PUBLISH_QUESTION,
    }
)
"""Sheets that scripts ask for: never popups to be put away."""


@dataclass(frozen=True, kw_only=True)
class Popup:
    """Something in the way. `dismiss` is the node to tap once; None means BACK. `strange`: no one knows what it is."""

    name: str
    headline: str
    dismiss: Node | None
    strange: bool = False


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """Something that only a person, or time, can take away."""

    name: str
    headline: str
    reason: Reason
    trouble: Trouble
    advice: str


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one hierarchy shows. `screen` is what is in front; with a popup over a known screen it is that screen."""

    screen: Screen
    popup: Popup | None = None
    blocker: Blocker | None = None
    behind: Screen | None = None
    language: str | None = None
    handle: str | None = None
    details: dict[str, str] = field(default_factory=dict[str, str])
