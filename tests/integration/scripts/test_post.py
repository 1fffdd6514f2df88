"""`post` over real adb: every way, carousels, words, faults; what the simulated server counted, and a clean gallery."""

from pathlib import Path
from typing import Any

import pytest

from drover.phone import gallery
from drover.scripts.publishing.tiktok import proof
from drover.wire.tasks import Effect, Reason
from tests.integration.scripts.conftest import Driven
from tests.support.media_files import video_file
from tests.support.posting import files_for
from tests.support.script_phone import RecordingContext, Result, run

LATIN_CAPTION = "words, 'quotes' and \"more\" $HOME #fyp @ada"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "QUIET_S", 0.5)
    monkeypatch.setattr(proof, "IGNORED_S", 2.0)
    monkeypatch.setattr(proof, "LOOKS_S", 3.0)
    monkeypatch.setattr(proof, "OPEN_S", 1.5)
    monkeypatch.setattr(gallery, "_APART_S", 0.2)


@pytest.fixture
def clean(driven: Driven) -> Driven:
    """Whatever a test does, nothing of ours stays on the phone."""
    driven.phone.gallery.remove(map(str, driven.phone.gallery.ours()))
    return driven


def publish(driven: Driven, folder: Path, **config: Any) -> tuple[RecordingContext, Result]:
    ctx = driven.context(media=files_for(folder, config), task_id=41)
    return ctx, run("post", ctx, config)


def published(driven: Driven, folder: Path, **config: Any) -> dict[str, Any]:
    """The one post that this made."""
    before = len(driven.posts)
    ctx, result = publish(driven, folder, **config)
    assert result.reason is None, result.remark
    assert ctx.effect is Effect.CONFIRMED
    assert driven.phone.gallery.ours() == []
    found = driven.posts
    assert len(found) == before + 1
    return found[-1]


@pytest.mark.parametrize("landing", ["form", "editor"])
def test_share_a_video(clean: Driven, tmp_path: Path, landing: str) -> None:
    clean.fault("share_lands_on", page=landing)
    post = published(clean, tmp_path, captions=LATIN_CAPTION)
    assert (post["kind"], post["way"], post["caption"]) == ("video", "share", LATIN_CAPTION)


@pytest.mark.parametrize("way", ["share", "addButton"])
def test_carousel(clean: Driven, tmp_path: Path, way: str) -> None:
    post = published(
        clean, tmp_path, post_way=way, content_type=1, image_count=3, captions="A {title|title}##A description #tag"
    )
    assert (post["kind"], post["title"], post["caption"].strip()) == ("images", "A title", "A description #tag")
    assert [file["name"].rpartition("-")[2] for file in post["files"]] == ["1.jpg", "2.jpg", "3.jpg"]


def test_use_sound_by_search(clean: Driven, tmp_path: Path) -> None:
    post = published(clean, tmp_path, post_way="useSound", sound_name="Paper Boats")
    assert (post["way"], post["sound"]) == ("use_sound", "Paper Boats")


def test_use_sound_by_link(clean: Driven, tmp_path: Path) -> None:
    link = "https://www.tiktok.com/music/Paper-Boats-7001234567890"
    assert published(clean, tmp_path, post_way="useSound", sound_name=link)["sound"] == "Paper Boats"


def test_custom_sound_with_volumes(clean: Driven, tmp_path: Path) -> None:
    volumes = {"origin_sound_volume": 0, "add_sound_volume": 100}
    post = published(clean, tmp_path, add_sound="custom", custom_sound_keyword="rainy day", **volumes)
    assert (post["sound"], post["original_volume"], post["added_volume"]) == ("rainy day", 0, 100)


@pytest.mark.parametrize(
    "caption", ["🎄 emoji 👩‍👩‍👧 #tag", "مرحبا بالعالم @ada", "two\nlines\n\nand more", "日本語 #ねこ"]
)
def test_any_unicode(clean: Driven, tmp_path: Path, caption: str) -> None:
    if clean.phone.engine != "uiautomator2":
        pytest.skip("plain adb needs a keyboard for automation; tests/integration/phone/test_text.py types with them")
    assert published(clean, tmp_path, captions=caption)["caption"].strip() == caption


def seller(driven: Driven) -> str:
    return next(str(row["username"]) for row in driven.accounts if row["username"].startswith("shop_"))


@pytest.mark.parametrize(
    ("config", "linked"),
    [
        ({}, ("Paper Lamp", "Paper Lamp")),
        ({"product_name": "wall calendar"}, ("Wall Calendar", "Wall Calendar")),
    ],
)
def test_a_product_of_the_account(
    clean: Driven, tmp_path: Path, config: dict[str, str], linked: tuple[str, str]
) -> None:
    """The list comes late, an unknown popup lies over it, and the second product stands at its end."""

    class Popping(RecordingContext):
        def step(self, text: str, progress: int) -> None:
            super().step(text, progress)
            if text.startswith("looking for the product") or text.endswith("first product"):
                clean.fault("unknown_popup")

    clean.fault("products_late", seconds=3)
    ctx = Popping(clean.phone, media=[video_file(tmp_path)], task_id=41, username=seller(clean))
    result = run("post", ctx, {"add_product_link": 1, **config})
    assert result.reason is None, result.remark
    assert result.remark == f"with the product “{linked[0]}”"
    post = clean.posts[-1]
    assert (post["product"], post["product_name"], post["account"]) == (*linked, ctx.username)


def test_an_empty_shop_posts_nothing(clean: Driven, tmp_path: Path) -> None:
    clean.fault("no_products")
    before = len(clean.posts)
    ctx = clean.context(media=[video_file(tmp_path)], task_id=41, username=seller(clean))
    result = run("post", ctx, {"add_product_link": 1})
    assert (result.reason, ctx.effect, len(clean.posts)) == (Reason.REJECTED, Effect.NONE, before)
    assert (clean.phone.gallery.ours(), clean.state["drafts"]) == ([], [])


def test_late_media(clean: Driven, tmp_path: Path) -> None:
    clean.fault("late_media", delay_seconds=2)
    published(clean, tmp_path)


@pytest.mark.parametrize("fault", ["publish_confirm", "post_prompts", "suggestions_cover_post"])
def test_what_comes_in_between(clean: Driven, tmp_path: Path, fault: str) -> None:
    clean.fault(fault)
    published(clean, tmp_path, captions="words #hash")


def test_the_file_stays_until_the_upload_is_over(clean: Driven, tmp_path: Path) -> None:
    clean.fault("upload_needs_files")
    clean.fault("upload_slow", seconds=5)
    published(clean, tmp_path)


@pytest.mark.parametrize(
    ("fault", "params", "reason", "effect"),
    [
        ("captcha", {}, Reason.NEEDS_HUMAN, Effect.NONE),
        ("login_wall", {}, Reason.NOT_LOGGED_IN, Effect.NONE),
        ("upload_failure", {}, Reason.UPLOAD_FAILED, Effect.SENT),
        ("post_ignored", {}, Reason.REJECTED, Effect.SENT),
    ],
)
def test_ends_with_a_reason_and_a_clean_gallery(
    clean: Driven, tmp_path: Path, fault: str, params: dict[str, str], reason: Reason, effect: Effect
) -> None:
    before = len(clean.posts)
    clean.fault(fault, **params)
    ctx, result = publish(clean, tmp_path)
    assert result.reason is reason, result.remark
    assert ctx.effect is effect
    assert len(clean.posts) == before
    assert clean.phone.gallery.ours() == []


def test_an_upload_that_goes_on_is_unproven_and_keeps_its_file(clean: Driven, tmp_path: Path) -> None:
    clean.fault("upload_stuck")
    ctx, result = publish(clean, tmp_path, upload_wait_time=3)
    assert (result.reason, ctx.effect) == (Reason.TIMEOUT, Effect.SENT)
    assert len(clean.phone.gallery.ours()) == 1
