"""`post` on both simulated apps: what is published, once, and that nothing is where it should not be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from drover.apps import PLATFORMS, load
from drover.phone.engine import PhoneLostError
from drover.scripts.context import StopRequestedError
from drover.wire.tasks import Effect, Reason
from tests.support.media_files import video_file
from tests.support.posting import ANY_WORDS, CAPTION, leaves_nothing, publish
from tests.support.script_phone import TROUBLES, DisplayPhone, RecordingContext, run
from tests.support.silence import silence

IN_THE_WAY: Final[Mapping[str, tuple[str, ...]]] = {
    "tiktok": ("post_prompts", "suggestions_cover_post"),
    "instagram": ("post_prompts", "suggestions_cover_post", "share_opens_reels", "creation_tab"),
}
POPUPS: Final = [
    *(("tiktok", "addButton", kind, n) for kind in ("notification", "update", "phone_number") for n in (0, 2, 4)),
    *(
        ("instagram", way, kind, n)
        for way in ("share", "addButton")
        for kind in ("sticker", "camera", "sharing_posts", "not_now", "save_login")
        for n in (0, 3)
    ),
]

ways = pytest.mark.parametrize("way", ["share", "addButton"])
on_tiktok = pytest.mark.parametrize("platform", ["tiktok"])


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def form(phone: DisplayPhone) -> DisplayPhone:
    """A phone on which a share into TikTok leads straight to the form."""
    if phone.platform == "tiktok":
        phone.fault("share_lands_on", page="form")
    return phone


@ways
def test_a_video(form: DisplayPhone, tmp_path: Path, way: str) -> None:
    ctx, result = publish(form, tmp_path, post_way=way)
    assert result.reason is None, result.remark
    assert [post["caption"].strip() for post in form.posts()] == [CAPTION]
    assert ctx.commits == [f"publish a video on {load(form.platform).name}"]
    assert ctx.effect is Effect.CONFIRMED
    assert form.shelf.names() == []


@ANY_WORDS
def test_any_words_are_written_and_read_back(form: DisplayPhone, tmp_path: Path, caption: str) -> None:
    _, result = publish(form, tmp_path, captions=caption)
    assert result.reason is None, result.remark
    assert [post["caption"].strip() for post in form.posts()] == [caption]


@on_tiktok
def test_a_picture_has_title_and_description(form: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(form, tmp_path, content_type=1, captions="{A|A} title##Some #words")
    assert result.reason is None, result.remark
    assert [(post["title"], post["caption"].strip()) for post in form.posts()] == [("A title", "Some #words")]


def test_another_account_is_switched_to_first(form: DisplayPhone, tmp_path: Path) -> None:
    other = form.other
    _, result = publish(form, tmp_path, username=other)
    assert result.reason is None, result.remark
    assert [post["account"] for post in form.posts()] == [other]


def test_a_wrong_account_publishes_nothing(form: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(form, tmp_path, username="somebody.else")
    assert result.reason is Reason.WRONG_ACCOUNT
    assert leaves_nothing(form)


# --- the upload ---


def test_upload_is_followed(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("upload_slow", seconds=12)
    ctx, result = publish(form, tmp_path)
    assert result.reason is None, result.remark
    said = [text for text, _ in ctx.steps if text.startswith("uploading")]
    assert len(said) > 3
    assert said == sorted(said, key=lambda text: int(text.split()[1]))
    assert len(form.posts()) == 1


def test_an_upload_longer_than_allowed_is_unproven(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("upload_stuck")
    ctx, result = publish(form, tmp_path, upload_wait_time=20)
    assert result.reason is Reason.TIMEOUT, result.remark
    assert "upload_wait_time" in result.remark
    assert ctx.effect is Effect.SENT
    assert len(form.shelf.names()) == 1, "the upload may still need its file"


@pytest.mark.parametrize(
    ("platform", "config"),
    [
        ("tiktok", {}),
        ("instagram", {"placement": "reel", "captions": ""}),
        ("instagram", {"placement": "story", "captions": ""}),
    ],
)
def test_the_app_says_that_the_upload_failed(form: DisplayPhone, tmp_path: Path, config: dict[str, Any]) -> None:
    form.fault("upload_failure")
    ctx, result = publish(form, tmp_path, **config)
    assert result.reason is Reason.UPLOAD_FAILED, result.remark
    assert ctx.effect is Effect.SENT
    assert form.posts() == []
    assert form.shelf.names() == []


def test_an_earlier_failure_does_not_fail_the_next(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("upload_failure")
    publish(form, tmp_path)
    form.fault("upload_failure", clear=True)
    _, result = publish(form, tmp_path)
    assert result.reason is None, result.remark
    assert len(form.posts()) == 1


def test_nothing_is_published_while_an_earlier_upload_runs(form: DisplayPhone, tmp_path: Path) -> None:
    """It could finish later, and its proof would be taken for this one's."""
    form.fault("upload_stuck")
    assert publish(form, tmp_path, upload_wait_time=20)[1].reason is Reason.TIMEOUT
    ctx, result = publish(form, tmp_path)
    assert (result.reason, ctx.effect) == (Reason.INTERRUPTED, Effect.NONE)
    assert "earlier post" in result.remark


# --- the tap ---


def test_a_tap_that_the_app_ignores_is_rejected_and_the_form_discarded(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("post_ignored")
    _, result = publish(form, tmp_path)
    assert result.reason is Reason.REJECTED, result.remark
    assert (form.posts(), form.drafts) == ([], 0)
    assert [tap["count"] for tap in form.state["taps"] if tap["kind"] == "post"] == [1]


def test_publish_now_is_answered_once(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("publish_confirm")
    ctx, result = publish(form, tmp_path)
    assert result.reason is None, result.remark
    assert len(form.posts()) == 1
    assert len(ctx.commits) == 1
    assert sorted((kind, count) for kind, _, count in form.taps()) == [("post", 1), ("publish_now", 1)]


@on_tiktok
@pytest.mark.parametrize("ignored_s", [1, 11])
def test_a_form_that_was_seen_last_is_looked_at_again_before_it_counts_as_ignored(
    form: DisplayPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ignored_s: float
) -> None:
    """The app took the tap late, while the phone was silent."""
    form.fault("post_ignored")
    tapped: list[float] = []

    def late() -> bool:
        if not tapped and form.taps():
            tapped.append(form.clock())
        if not tapped or form.clock() - tapped[0] < 4 + ignored_s:
            return False
        form.fault("post_ignored", clear=True)
        form.display.tap(*form.touch.taps[-1])
        return True

    silence(monkeypatch, form, since=late, seconds=20 - ignored_s + 0.3)
    _, result = publish(form, tmp_path, upload_wait_time=20)
    assert result.reason is None, result.remark
    assert len(form.posts()) == 1


def test_files_that_stay_because_the_phone_is_gone_do_not_undo_the_proof(
    form: DisplayPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the phone was lost is told, so that it is opened again and its gallery cleaned."""
    ctx = form.context(media=[video_file(tmp_path)], task_id=7)

    def gone(names: object) -> None:
        raise PhoneLostError(f"{form.serial}: adb says: device not found")

    monkeypatch.setattr(form.shelf, "remove", gone)
    with pytest.raises(PhoneLostError):
        run("post", ctx, {"captions": CAPTION})
    assert ctx.effect is Effect.CONFIRMED
    assert len(form.posts()) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("captcha", Reason.NEEDS_HUMAN), ("login_wall", Reason.NOT_LOGGED_IN), ("banned", Reason.BLOCKED_BY_APP)],
)
@pytest.mark.parametrize("when", ["now", "post"])
def test_a_blocker_leaves_nothing_before_the_tap_and_the_outcome_open_after_it(
    form: DisplayPhone, tmp_path: Path, fault: str, reason: Reason, when: str
) -> None:
    form.fault(fault, when=when)
    ctx, result = publish(form, tmp_path)
    assert (result.reason, result.trouble) == (reason, TROUBLES[fault]), result.remark
    assert form.posts() == []
    if when == "now":
        assert (result.tapped, ctx.effect) == (False, Effect.NONE)
        assert form.shelf.names() == []
    else:
        assert ctx.effect in (Effect.INTENT, Effect.SENT)


def test_a_limit_is_blocked_by_app(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("post_limit")
    _, result = publish(form, tmp_path)
    assert (result.reason, result.trouble) == (Reason.BLOCKED_BY_APP, TROUBLES["post_limit"]), result.remark
    assert form.posts() == []


# --- what leaves nothing ---


@pytest.mark.parametrize("refusal", [RuntimeError("not granted"), StopRequestedError()])
def test_refused_intent_leaves_nothing(form: DisplayPhone, tmp_path: Path, refusal: Exception) -> None:
    ctx = form.context(media=[video_file(tmp_path)], refuse=refusal)
    with pytest.raises(type(refusal)):
        run("post", ctx, {"captions": CAPTION})
    assert leaves_nothing(form)
    assert form.taps() == []


class Stopping(RecordingContext):
    """Stops at the step that holds these words."""

    at: str = ""

    def step(self, text: str, progress: int) -> None:
        super().step(text, progress)
        if self.at in text:
            self.phone.cancelled = self._stop
            self._stop()

    def _stop(self) -> None:
        raise StopRequestedError


@pytest.mark.parametrize("at", ["looking at what", "copying", "sharing", "writing", "publishing"])
def test_a_stop_before_the_tap_leaves_nothing(form: DisplayPhone, tmp_path: Path, at: str) -> None:
    ctx = Stopping(form, form.app_package, form.platform, media=[video_file(tmp_path)])
    ctx.at = at
    with pytest.raises(StopRequestedError):
        run("post", ctx, {"captions": CAPTION})
    assert leaves_nothing(form)
    assert form.taps() == []


def test_what_a_crash_left_is_swept(form: DisplayPhone, tmp_path: Path) -> None:
    for name in ("drover-7-1795000000-1.mp4", "drover-8-1000000000-1.mp4", "IMG_1.jpg"):
        form.shelf.files.put(name)
    _, result = publish(form, tmp_path)
    assert result.reason is None, result.remark
    assert form.shelf.names() == ["IMG_1.jpg"]


def test_no_file_and_the_wrong_kind_are_told_before_the_phone_is_touched(phone: DisplayPhone, tmp_path: Path) -> None:
    assert run("post", phone.context(), {}).reason is Reason.MEDIA_INVALID
    result = run("post", phone.context(media=[video_file(tmp_path)]), {"content_type": 1})
    assert result.reason is Reason.MEDIA_INVALID
    assert "content_type 1" in result.remark
    assert phone.touch.taps == []


# --- the ways to the form ---


@on_tiktok
def test_share_leads_through_the_editor(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path)
    assert result.reason is None, result.remark
    assert [(post["way"], post["placement"]) for post in phone.posts()] == [("share", "feed")]


@pytest.mark.parametrize("content", [0, 1])
def test_add_button_publishes_the_newest(phone: DisplayPhone, tmp_path: Path, content: int) -> None:
    for name in ("IMG_1.jpg", "VID_1.mp4"):
        phone.shelf.files.put(name)
    _, result = publish(phone, tmp_path, post_way="addButton", content_type=content)
    assert result.reason is None, result.remark
    [post] = phone.posts()
    assert [file["name"].startswith("drover-7-") for file in post["files"]] == [True]
    assert (post["way"], post["kind"]) == ("add_button", "images" if content else "video")


@ways
@pytest.mark.parametrize(("platform", "count"), [("tiktok", 2), ("tiktok", 20), ("instagram", 2), ("instagram", 7)])
def test_carousel_in_order(phone: DisplayPhone, tmp_path: Path, way: str, count: int) -> None:
    phone.shelf.files.put("IMG_1.jpg")
    ctx, result = publish(phone, tmp_path, post_way=way, content_type=1, image_count=count, captions="Title##Text")
    assert result.reason is None, result.remark
    assert ctx.commits == [f"publish {count} pictures on {load(phone.platform).name}"]
    [post] = phone.posts()
    places = [int(file["name"].rpartition("-")[2].removesuffix(".jpg")) for file in post["files"]]
    assert places == list(range(1, count + 1))
    shared = phone.platform == "instagram"
    assert (post["title"], post["caption"].strip()) == (("", "Title\nText") if shared else ("Title", "Text"))
    assert post["placement"] == "feed"
    assert phone.shelf.names() == ["IMG_1.jpg"]


def test_a_file_that_came_meanwhile_is_never_published(phone: DisplayPhone, tmp_path: Path) -> None:
    class Late(RecordingContext):
        def step(self, text: str, progress: int) -> None:
            super().step(text, progress)
            if text in ("opening the camera", "opening the way to a new post"):
                phone.shelf.files.put("VID_2.mp4")

    ctx = Late(phone, phone.app_package, phone.platform, media=[video_file(tmp_path)])
    result = run("post", ctx, {"post_way": "addButton"})
    assert (result.reason, result.tapped) == (Reason.INTERRUPTED, False)
    assert "VID_2.mp4" in result.remark
    assert phone.shelf.names() == ["VID_2.mp4"]


@ways
@pytest.mark.parametrize(("platform", "fault"), [(app, fault) for app in PLATFORMS for fault in IN_THE_WAY[app]])
def test_what_gets_in_the_way_is_put_away(form: DisplayPhone, tmp_path: Path, fault: str, way: str) -> None:
    form.fault(fault)
    _, result = publish(form, tmp_path, captions="words and #hash", post_way=way)
    assert result.reason is None, result.remark
    assert [post["caption"].strip() for post in form.posts()] == ["words and #hash"]


@pytest.mark.parametrize(("platform", "way", "kind", "after"), POPUPS)
def test_popups_on_the_way(phone: DisplayPhone, tmp_path: Path, way: str, kind: str, after: int) -> None:
    phone.fault("popup", kind=kind, after=after)
    _, result = publish(phone, tmp_path, post_way=way)
    assert result.reason is None, result.remark
    assert [post["caption"].strip() for post in phone.posts()] == [CAPTION]


@on_tiktok
def test_an_unknown_popup_gets_back_once(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("unknown_popup", after=2)
    _, result = publish(phone, tmp_path, post_way="addButton")
    assert result.reason is None, result.remark
    assert len(phone.posts()) == 1


# --- proof ---


@pytest.mark.parametrize("captions", ["", CAPTION])
def test_a_post_that_is_only_said_to_be_new_is_proven(form: DisplayPhone, tmp_path: Path, captions: str) -> None:
    """Where no number of seconds is said, the profile tells."""
    form.fault("vague_ages")
    ctx, result = publish(form, tmp_path, captions=captions)
    assert result.reason is None, result.remark
    assert (ctx.effect, len(form.posts())) == (Effect.CONFIRMED, 1)


@pytest.mark.parametrize("vague", [False, True])
@pytest.mark.parametrize("captions", ["", CAPTION])
def test_a_post_that_did_not_come_is_never_proven_by_the_one_before(
    form: DisplayPhone, tmp_path: Path, captions: str, vague: bool
) -> None:
    """The same words, of the same account, seconds before."""
    assert publish(form, tmp_path, captions=captions)[1].reason is None
    form.fault("upload_lost")
    if vague:
        form.fault("vague_ages")
    ctx, result = publish(form, tmp_path, captions=captions)
    assert (result.reason, ctx.effect, len(form.posts())) == (Reason.TIMEOUT, Effect.SENT, 1)
