"""What tests need to ask the same of both modelled apps: how each is reached, followed in, and posted with."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from phonesim.contract import SEND, STREAM, Intent
from tests.support.instagram_screens import INSTAGRAM, InstagramScreen
from tests.support.screens import TIKTOK, Screen

SHARE_HANDLER = f"{INSTAGRAM}/com.instagram.share.handleractivity.ShareHandlerActivity"


@dataclass(frozen=True, kw_only=True)
class SimulatedApp:
    """One app as a test drives it. Words are those of its English screens."""

    name: str
    package: str
    icon: str
    activity: str
    own: str
    """The active account."""
    profile: str
    """The link to a user's profile."""
    make_screen: Callable[[], Screen]
    follow_button: Callable[[Screen], str]
    """What the button of a profile says."""
    follow: Callable[[Screen], None]
    """A touch on it."""
    limit: str
    """What answers a follow that came too fast."""
    to_post: Callable[[Screen, str], None]
    """Share this file up to the page with the touch that publishes."""
    post_page: str
    post: Callable[[Screen], None]
    confirm: Callable[[Screen], None]
    """The touch on the second question."""
    failed: Callable[[Screen], list[str]]
    """What the page shown says of uploads that failed."""
    running: Callable[[Screen], list[str]]
    """What it says of those that run."""
    waiting: str
    """What it says of one that waits for the network."""
    retry: Callable[[Screen], None]
    give_up: Callable[[Screen], None]


def _instagram(act: Callable[[InstagramScreen], None]) -> Callable[[Screen], None]:
    def done(screen: Screen) -> None:
        assert isinstance(screen, InstagramScreen)
        act(screen)

    return done


def _touch(id_: str) -> Callable[[Screen], None]:
    return _instagram(lambda screen: screen.touch(id_))


def _with_id(screen: Screen, id_: str) -> list[str]:
    return [node["text"] for node in screen.nodes() if node["resource-id"].rpartition("/")[2] == id_]


def _percentages(screen: Screen) -> list[str]:
    return [words for words in screen.words() if words.endswith("%")]


def _rows(screen: Screen, *, failed: bool) -> list[str]:
    return [words for words in _with_id(screen, "row_pending_media_status_textview") if ("can't" in words) is failed]


def _to_form(screen: Screen, name: str) -> None:
    screen.display.inject("share_lands_on", {"page": "form"})
    screen.share(screen.gallery.put(name))


def _to_caption(screen: Screen, name: str) -> None:
    assert isinstance(screen, InstagramScreen)
    uris = {STREAM: screen.gallery.put(name).uri}
    screen.display.start_activity(Intent(action=SEND, component=SHARE_HANDLER, uris=uris, grants_read=True))
    screen.clock.pass_s(0.3)
    screen.tap("Reels")
    screen.touch("clips_right_action_button")


TIKTOK_APP = SimulatedApp(
    name="tiktok",
    package=TIKTOK,
    icon="TikTok",
    activity="com.ss.android.ugc.aweme.main.MainActivity",
    own="demo_sim0001",
    profile="https://www.tiktok.com/@{}",
    make_screen=Screen,
    follow_button=lambda screen: next(words.strip() for words in screen.row("Message") if words != "Message"),
    follow=lambda screen: screen.display.tap(*next(n for n in screen.all("Follow") if _label(n["resource-id"])).centre),
    limit="You're following too fast",
    to_post=_to_form,
    post_page="post_form",
    post=lambda screen: screen.tap("Post"),
    confirm=lambda screen: screen.tap("Publish now"),
    failed=lambda screen: [words for words in screen.words() if words == "Couldn't post"],
    running=_percentages,
    waiting="0%",
    retry=lambda screen: screen.tap("Retry"),
    give_up=lambda screen: screen.tap("Close"),
)
INSTAGRAM_APP = SimulatedApp(
    name="instagram",
    package=INSTAGRAM,
    icon="Instagram",
    activity="com.instagram.mainactivity.InstagramMainActivity",
    own="cafe_sim0001",
    profile="https://www.instagram.com/{}/",
    make_screen=InstagramScreen,
    follow_button=lambda screen: _with_id(screen, "profile_header_follow_button")[0],
    follow=_touch("profile_header_follow_button"),
    limit="Try Again Later",
    to_post=_to_caption,
    post_page="caption",
    post=_touch("share_button"),
    confirm=_touch("bb_primary_action"),
    failed=lambda screen: _rows(screen, failed=True),
    running=lambda screen: _rows(screen, failed=False),
    waiting="Waiting for network…",
    retry=_touch("row_pending_media_reshare_button"),
    give_up=_touch("row_pending_media_discard_button"),
)
each_app = pytest.mark.parametrize("app", [TIKTOK_APP, INSTAGRAM_APP], ids=lambda app: app.name)


def _label(id_: str) -> bool:
    return id_.endswith("/fmp")
