"""What `am start` is given: from a task's words or the apps' data, no link leaves with another scheme or host (S16)."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import drover.scripts
from drover.apps import PLATFORMS, load
from drover.phone.adb import Adb, Output
from drover.phone.engine import Engine
from drover.phone.phone import Phone
from drover.policy.captions import Caption
from drover.scripts.context import Context, ScriptFailed
from drover.scripts.navigation import Navigator
from drover.scripts.profile_visit import open_profile
from drover.scripts.publishing.instagram import plan
from drover.scripts.publishing.instagram import sounds as instagram_sounds
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.tiktok import ways
from drover.scripts.search import open_by_search
from drover.wire.media import MediaKind
from drover.wire.post import PostConfig
from drover.wire.scripts import USERNAME
from drover.wire.tasks import Reason
from tests.support.script_phone import RecordingContext

ALLOWED = {
    "tiktok": re.compile(r"https://([a-z0-9-]+\.)*tiktok\.com(/[^\s\\]*)?|snssdk1233://search\?keyword=[\w.~%-]*"),
    "instagram": re.compile(r"https://([a-z0-9-]+\.)*instagram\.com(/[^\s\\]*)?"),
}
"""Written down here once more, by hand: what may leave."""

NO_WORDS = Caption(title="", description="")
ANDROID = "33"
"""The version that the phone says it has; no one reads what its other commands print."""


class LinkLeftError(Exception):
    """A link went to the phone; what would follow on its screen is another test's."""


class Started(Adb):
    """The phone's shell: keeps the links that `am start` was given, and lets everything else succeed."""

    def __init__(self) -> None:
        super().__init__("phone-1")
        self.links: list[str] = []

    def shell_script(self, commands: Sequence[Sequence[str]], *, timeout_s: float) -> Output:
        for words in commands:
            if list(words[:2]) == ["am", "start"] and "-d" in words:
                self.links.append(words[list(words).index("-d") + 1])
                raise LinkLeftError
        said = [" ".join(words[1:]) if words[0] == "echo" else ANDROID for words in commands]
        return Output(stdout="\n".join(said).encode(), stderr=b"", exit_code=0)


def left(platform: str, work: Callable[[Navigator], object]) -> tuple[list[str], ScriptFailed | None]:
    """The links that left the real Phone, and the failure, while a script's part did its work on it."""
    adb = Started()
    ctx = RecordingContext(phone=Phone(adb, cast(Engine, SimpleNamespace())), platform=platform)
    ctx.package = load(platform).packages[0]
    try:
        work(Navigator(cast(Context, ctx)))
    except LinkLeftError:
        return adb.links, None
    except ScriptFailed as failed:
        return adb.links, failed
    raise AssertionError("neither did a link leave nor the script fail")


BY_LINK = {"tiktok": ways.enter, "instagram": instagram_sounds.use_link}


def use_sound(platform: str, name: str) -> Callable[[Navigator], None]:
    config = PostConfig(post_way="useSound", sound_name=name)
    publication = Publication(config=config, caption=NO_WORDS, kind=MediaKind.VIDEO, items=())
    return lambda nav: BY_LINK[platform](nav, publication)


HOSTILE = (
    "http://www.tiktok.com/music/x-1",
    "https://www.tiktok.com.evil.example/music/x-1",
    "https://evil.example/tiktok.com",
    "https://eviltiktok.com/music/x-1",
    "https://www.tiktok.com@evil.example/",
    "https://user@www.tiktok.com/",
    "https://evil.example\\@www.tiktok.com/",
    "https://evil.example\\.tiktok.com/",
    "https://www.tiktok.com:8443/",
    "https://www.tıktok.com/",
    "https://www.tik\ntok.com/",
    "https:///www.tiktok.com/",
    "https://.tiktok.com/",
    "https://tiktok.com\u202e/x",
    "snssdk1233://webview?url=https://evil.example",
    "snssdk1233://search?keyword=x",
    "intent://x#Intent;scheme=https;end",
    "file:///sdcard/x",
    "javascript://www.tiktok.com/%0aalert(1)",
    "HTTPS://www.tiktok.com.evil.example/",
    "https://www.tiktok.com/music/x 1",
)


@pytest.mark.parametrize(
    ("platform", "name"), [(app, name.replace("tiktok", app)) for app in PLATFORMS for name in HOSTILE]
)
def test_s16_a_hostile_link_in_a_task_ends_it_and_starts_nothing(platform: str, name: str) -> None:
    links, failed = left(platform, use_sound(platform, name))
    assert links == []
    assert failed is not None
    assert failed.reason is Reason.REJECTED
    assert repr(name.strip()) in failed.remark
    if platform == "instagram" and "://" in name:
        with pytest.raises(ScriptFailed, match="sound_name"):
            plan.refuse_impossible(PostConfig(post_way="useSound", sound_name=name), NO_WORDS, 1)


@pytest.mark.parametrize(
    ("platform", "name"),
    [
        ("tiktok", "https://www.tiktok.com/music/x-1"),
        ("tiktok", "https://vm.tiktok.com/ZM8/"),
        ("tiktok", "https://www.tiktok.com/music/é-1"),
        ("instagram", "https://www.instagram.com/reels/audio/12345/?igsh=a"),
    ],
)
def test_s16_a_good_link_in_a_task_leaves_as_it_is(platform: str, name: str) -> None:
    assert left(platform, use_sound(platform, f" {name} ")) == ([name], None)


PIECES = [
    "https",
    "http",
    "snssdk1233",
    ":",
    "//",
    "/",
    "\\",
    "@",
    "?",
    "#",
    ".",
    "www.",
    "tiktok",
    ".com",
    "evil",
    "%2f",
]


@given(
    st.lists(st.sampled_from([*PIECES, " ", "\n", "\t", "é", "\u3002", "search", "keyword="]), max_size=12).map("".join)
)
@example("https://www.tiktok.com/")
def test_s16_whatever_a_task_names_as_its_sound(name: str) -> None:
    if not name:
        return
    links, _ = left("tiktok", use_sound("tiktok", name))
    assert all(ALLOWED["tiktok"].fullmatch(link) for link in links), links


@pytest.mark.parametrize("platform", PLATFORMS)
@given(name=st.from_regex(USERNAME, fullmatch=True))
def test_s16_users_are_opened_and_searched_for_by_the_apps_own_links(platform: str, name: str) -> None:
    opened, _ = left(platform, lambda nav: open_profile(nav, name, "direct"))
    searched = left(platform, lambda nav: open_by_search(nav, name))[0] if "search" in load(platform).links else []
    assert opened
    assert all(ALLOWED[platform].fullmatch(link) for link in [*opened, *searched])


@pytest.mark.parametrize(
    "link", ["http://www.{}.com/{{user}}", "https://evil.example/{}/{{user}}", "intent://{}.com/{{user}}"]
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_s16_a_link_of_the_data_that_is_none_of_the_app_never_leaves(platform: str, link: str) -> None:
    def visit(nav: Navigator) -> None:
        nav.app = msgspec.structs.replace(nav.app, links={**nav.app.links, "profile": link.format(platform)})
        open_profile(nav, "ada", "direct")

    links, failed = left(platform, visit)
    assert links == []
    assert failed is not None


def test_s16_scripts_open_links_in_one_place_only() -> None:
    (folder,) = drover.scripts.__path__
    opening = [path for path in Path(folder).rglob("*.py") if "phone.open_link(" in path.read_text()]
    assert [path.name for path in opening] == ["navigation.py"]
