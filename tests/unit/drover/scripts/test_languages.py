"""Issue 12: each script in each language that the data claims, on each kind of display; what is done is done once.

Languages, displays and scripts make a Latin square: each script runs in each language and on nearly each display.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from drover.apps.tables import LANGUAGES, PLATFORMS
from tests.support.posting import CAPTION, files_for
from tests.support.script_phone import DisplayPhone, Result, run, simulate_time

DISPLAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "1080x2400": {},
    "480x800": {"width": 480, "height": 800},
    "720x1280": {"width": 720, "height": 1280},
    "landscape": {"width": 2400, "height": 1080},
    "small landscape": {"width": 800, "height": 480},
    "foldable": {"width": 1812, "height": 2176},
    "large texts": {"font_scale": 1.3},
    "480x800 large texts": {"width": 480, "height": 800, "font_scale": 1.3},
    "foldable landscape large texts": {"width": 2208, "height": 1840, "font_scale": 1.3},
    "landscape large texts": {"width": 2400, "height": 1080, "font_scale": 1.3},
}
OTHERS: Final = {"tiktok": "shop_sim0001", "instagram": "atelier_sim0001"}


def performed(phone: DisplayPhone, name: str, folder: Path, *, username: str | None = None, **config: Any) -> Result:
    """Run a script with what it needs on the phone's app."""
    media = files_for(folder, config) if name == "post" else []
    return run(name, phone.context(username=username, media=media, task_id=7), config)


Script = Callable[[DisplayPhone, Path], Result]


def follow(phone: DisplayPhone, folder: Path) -> Result:
    return performed(phone, "follow", folder, target_user="anna.b")


def follow_by_search(phone: DisplayPhone, folder: Path) -> Result:
    return performed(phone, "follow", folder, target_user="private_anna", access_method="search")


def unfollow(phone: DisplayPhone, folder: Path) -> Result:
    """Of a private account, which asks a second time."""
    return performed(phone, "unfollow", folder, target_user="private_followed_anna")


def follow_as_another(phone: DisplayPhone, folder: Path) -> Result:
    return performed(phone, "follow", folder, username=OTHERS[phone.platform], target_user="followsme_anna")


def post_video(phone: DisplayPhone, folder: Path) -> Result:
    return performed(phone, "post", folder, captions=CAPTION)


def post_video_by_hand(phone: DisplayPhone, folder: Path) -> Result:
    return performed(phone, "post", folder, captions=CAPTION, post_way="addButton")


def post_pictures(phone: DisplayPhone, folder: Path) -> Result:
    """Several, through the app's own picker, as another account."""
    more = {"content_type": 1, "image_count": 3, "post_way": "addButton"}
    return performed(phone, "post", folder, username=OTHERS[phone.platform], captions=CAPTION, **more)


EFFECTS: Final[Mapping[Script, tuple[str, str]]] = {
    follow: ("follow", "anna.b"),
    follow_by_search: ("follow", "private_anna"),
    unfollow: ("unfollow", "private_followed_anna"),
    follow_as_another: ("follow", "followsme_anna"),
    post_video: ("post", ""),
    post_video_by_hand: ("post", ""),
    post_pictures: ("post", ""),
}
_RUNS: Final = [
    pytest.param(app, script, language, display, id=f"{app}-{script.__name__}-{language}-{display}")
    for row, (app, script) in enumerate((app, script) for app in PLATFORMS for script in EFFECTS)
    for column, language in enumerate(LANGUAGES)
    for display in [list(DISPLAYS)[(row + column) % len(DISPLAYS)]]
]


@pytest.mark.parametrize(("app", "script", "language", "display"), _RUNS)
def test_case_i12_each_script_in_each_language_and_on_each_display(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, app: str, script: Script, language: str, display: str
) -> None:
    phone = DisplayPhone(language, platform=app, **DISPLAYS[display])
    simulate_time(monkeypatch, phone.clock)
    result = script(phone, tmp_path)
    assert result.reason is None, result.remark
    kind, target = EFFECTS[script]
    done = [(row["kind"], row["count"], row["account"]) for row in phone.state["effects"]]
    mine = OTHERS[app] if script in (follow_as_another, post_pictures) else phone.accounts[0]["username"]
    assert done == [(kind, 1, mine)]
    if target:
        assert [row["target"] for row in phone.state["effects"]] == [target]
    else:
        assert [(post["caption"].strip(), len(post["files"])) for post in phone.posts()] == [
            (CAPTION, 3 if script is post_pictures else 1)
        ]
