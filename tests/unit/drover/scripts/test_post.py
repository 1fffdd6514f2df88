"""`post` on TikTok over the simulated app: what is published, and that nothing is where it should not be."""

from pathlib import Path
from typing import Any

import pytest

from drover.phone.engine import PhoneLostError
from drover.scripts.context import StopRequestedError
from drover.wire.tasks import Effect, Reason
from tests.support.media_files import image_files, video_file
from tests.support.script_phone import TROUBLES, DisplayPhone, RecordingContext, Result, run
from tests.support.silence import silence

CAPTION = "Zwei Wörter 🎄 und #fyp @ada"


def publish(phone: DisplayPhone, folder: Path, **config: Any) -> tuple[RecordingContext, Result]:
    """A post with the files that its config asks for."""
    count = config.get("image_count", 1)
    files = image_files(folder, count) if config.get("content_type") else [video_file(folder)]
    ctx = RecordingContext(phone, media=files, task_id=7)
    return ctx, run("post", ctx, {"captions": CAPTION, **config})


def drafts(phone: DisplayPhone) -> int:
    return len(phone.state.get("drafts", []))


@pytest.fixture
def form(phone: DisplayPhone) -> DisplayPhone:
    """A phone on which a share leads straight to the form."""
    phone.fault("share_lands_on", page="form")
    return phone


def test_share_a_video(form: DisplayPhone, tmp_path: Path) -> None:
    ctx, result = publish(form, tmp_path)
    assert result.reason is None, result.remark
    assert [post["caption"] for post in form.posts()] == [CAPTION]
    assert ctx.commits == ["publish a video on TikTok"]
    assert ctx.effect is Effect.CONFIRMED
    assert form.shelf.names() == []


@pytest.mark.parametrize(
    "caption",
    ["", "plain", "مرحبا بالعالم", "two\nlines", "\"quoted\" 'n' $HOME; rm -rf / `x`", "👩‍👩‍👧 family", "ends in #tag"],
)
def test_any_words_are_written_and_read_back(form: DisplayPhone, tmp_path: Path, caption: str) -> None:
    _, result = publish(form, tmp_path, captions=caption)
    assert result.reason is None, result.remark
    assert [post["caption"].strip() for post in form.posts()] == [caption]


def test_a_picture_has_title_and_description(form: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(form, tmp_path, content_type=1, captions="{A|A} title##Some #words")
    assert result.reason is None, result.remark
    assert [(post["title"], post["caption"].strip()) for post in form.posts()] == [("A title", "Some #words")]


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
    assert result.reason is Reason.TIMEOUT
    assert "upload_wait_time" in result.remark
    assert ctx.effect is Effect.SENT
    assert len(form.shelf.names()) == 1, "the upload may still need its file"


def test_the_app_says_that_the_upload_failed(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("upload_failure")
    ctx, result = publish(form, tmp_path)
    assert result.reason is Reason.UPLOAD_FAILED, result.remark
    assert ctx.effect is Effect.SENT
    assert form.posts() == []
    assert form.shelf.names() == []


def test_a_post_that_the_app_ignores_is_discarded(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("post_ignored")
    _, result = publish(form, tmp_path)
    assert result.reason is Reason.REJECTED, result.remark
    assert (form.posts(), drafts(form)) == ([], 0)
    assert [tap["count"] for tap in form.state["taps"] if tap["kind"] == "post"] == [1]


def test_publish_now_is_answered_once(form: DisplayPhone, tmp_path: Path) -> None:
    form.fault("publish_confirm")
    ctx, result = publish(form, tmp_path)
    assert result.reason is None, result.remark
    assert len(form.posts()) == 1
    assert len(ctx.commits) == 1
    assert sorted((kind, count) for kind, _, count in form.taps()) == [("post", 1), ("publish_now", 1)]


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
    """That the phone was lost is told, so that it is opened anew and its gallery tidied."""
    ctx = RecordingContext(form, media=[video_file(tmp_path)], task_id=7)

    def gone(names: object) -> None:
        raise PhoneLostError(f"{form.serial}: adb says: device not found")

    monkeypatch.setattr(form.shelf, "remove", gone)
    with pytest.raises(PhoneLostError):
        run("post", ctx, {"captions": CAPTION})
    assert ctx.effect is Effect.CONFIRMED
    assert len(form.posts()) == 1


@pytest.mark.parametrize("fault", ["post_prompts", "suggestions_cover_post"])
def test_what_gets_in_the_way_is_put_away(form: DisplayPhone, tmp_path: Path, fault: str) -> None:
    form.fault(fault)
    _, result = publish(form, tmp_path, captions="words and #hash")
    assert result.reason is None, result.remark
    assert [post["caption"].strip() for post in form.posts()] == ["words and #hash"]


@pytest.mark.parametrize(("fault", "reason"), [("captcha", Reason.NEEDS_HUMAN), ("banned", Reason.BLOCKED_BY_APP)])
def test_a_blocker_after_post_leaves_the_outcome_open(
    form: DisplayPhone, tmp_path: Path, fault: str, reason: Reason
) -> None:
    form.fault(fault, when="post")
    ctx, result = publish(form, tmp_path)
    assert (result.reason, result.trouble) == (reason, TROUBLES[fault]), result.remark
    assert ctx.effect in (Effect.INTENT, Effect.SENT)
    assert form.posts() == []


@pytest.mark.parametrize(("fault", "reason"), [("captcha", Reason.NEEDS_HUMAN), ("login_wall", Reason.NOT_LOGGED_IN)])
def test_a_blocker_before_post_leaves_nothing(form: DisplayPhone, tmp_path: Path, fault: str, reason: Reason) -> None:
    form.fault(fault)
    ctx, result = publish(form, tmp_path)
    assert (result.reason, result.tapped, ctx.effect) == (reason, False, Effect.NONE)
    assert result.trouble is TROUBLES[fault]
    assert form.shelf.names() == []


def test_refused_intent_leaves_nothing(form: DisplayPhone, tmp_path: Path) -> None:
    ctx = RecordingContext(form, media=[video_file(tmp_path)], refuse=RuntimeError("not granted"))
    with pytest.raises(RuntimeError, match="not granted"):
        run("post", ctx, {"captions": CAPTION})
    assert (form.posts(), drafts(form), form.taps(), form.shelf.names()) == ([], 0, [], [])


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
    ctx = Stopping(form, media=[video_file(tmp_path)])
    ctx.at = at
    with pytest.raises(StopRequestedError):
        run("post", ctx, {"captions": CAPTION})
    assert (form.posts(), drafts(form), form.taps(), form.shelf.names()) == ([], 0, [], [])


def test_what_a_crash_left_is_swept(form: DisplayPhone, tmp_path: Path) -> None:
    for name in ("drover-7-1795000000-1.mp4", "drover-8-1000000000-1.mp4", "IMG_1.jpg"):
        form.shelf.files.put(name)
    _, result = publish(form, tmp_path)
    assert result.reason is None, result.remark
    assert form.shelf.names() == ["IMG_1.jpg"]


def test_no_file_and_the_wrong_kind_are_told_before_the_phone_is_touched(phone: DisplayPhone, tmp_path: Path) -> None:
    assert run("post", RecordingContext(phone), {}).reason is Reason.MEDIA_INVALID
    wrong = RecordingContext(phone, media=[video_file(tmp_path)])
    result = run("post", wrong, {"content_type": 1})
    assert result.reason is Reason.MEDIA_INVALID
    assert "content_type 1" in result.remark
    assert phone.touch.taps == []


def test_another_account_is_switched_to_first(form: DisplayPhone, tmp_path: Path) -> None:
    other = next(row["username"] for row in form.state["accounts"] if not row["active"])
    ctx = RecordingContext(form, media=[video_file(tmp_path)], username=other)
    result = run("post", ctx, {})
    assert result.reason is None, result.remark
    assert [post["account"] for post in form.posts()] == [other]


# --- the other ways ---


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


@pytest.mark.parametrize("way", ["share", "addButton"])
@pytest.mark.parametrize("count", [2, 20])
def test_carousel_in_order(phone: DisplayPhone, tmp_path: Path, way: str, count: int) -> None:
    phone.shelf.files.put("IMG_1.jpg")
    _, result = publish(phone, tmp_path, post_way=way, content_type=1, image_count=count, captions="Title##Text")
    assert result.reason is None, result.remark
    [post] = phone.posts()
    places = [int(file["name"].rpartition("-")[2].removesuffix(".jpg")) for file in post["files"]]
    assert places == list(range(1, count + 1))
    assert (post["title"], post["caption"]) == ("Title", "Text")
    assert phone.shelf.names() == ["IMG_1.jpg"]


def test_a_file_that_came_meanwhile_is_never_published(phone: DisplayPhone, tmp_path: Path) -> None:
    class Late(RecordingContext):
        def step(self, text: str, progress: int) -> None:
            super().step(text, progress)
            if text == "opening the camera":
                phone.shelf.files.put("VID_2.mp4")

    ctx = Late(phone, media=[video_file(tmp_path)])
    result = run("post", ctx, {"post_way": "addButton"})
    assert (result.reason, result.tapped) == (Reason.INTERRUPTED, False)
    assert "VID_2.mp4" in result.remark
    assert phone.shelf.names() == ["VID_2.mp4"]


@pytest.mark.parametrize("sound", ["Paper Boats", "https://www.tiktok.com/music/Paper-Boats-7001234567890"])
def test_use_sound(phone: DisplayPhone, tmp_path: Path, sound: str) -> None:
    _, result = publish(phone, tmp_path, post_way="useSound", sound_name=sound)
    assert result.reason is None, result.remark
    [post] = phone.posts()
    assert (post["way"], post["sound"]) == ("use_sound", "Paper Boats")


@pytest.mark.parametrize("link", ["https://evil.example/music/x-70012345", "http://www.tiktok.com/music/x-70012345"])
def test_a_sound_of_another_site_is_not_opened(phone: DisplayPhone, tmp_path: Path, link: str) -> None:
    _, result = publish(phone, tmp_path, post_way="useSound", sound_name=link)
    assert (result.reason, phone.posts(), phone.shelf.names()) == (Reason.REJECTED, [], [])


@pytest.mark.parametrize(
    ("config", "sound"),
    [
        ({"add_sound": "-1"}, ""),
        ({"add_sound": "0"}, ""),
        ({"add_sound": "1"}, "Morning Train"),
        ({"add_sound": "custom", "custom_sound_keyword": "rainy day"}, "rainy day"),
    ],
)
def test_sounds(phone: DisplayPhone, tmp_path: Path, config: dict[str, Any], sound: str) -> None:
    _, result = publish(phone, tmp_path, **config)
    assert result.reason is None, result.remark
    assert [post["sound"] for post in phone.posts()] == [sound]


@pytest.mark.parametrize(
    ("fault", "params"), [("sound_results", {"show": "similar_first"}), ("sounds_late", {"seconds": 6})]
)
def test_a_sound_among_similar_ones_or_late(
    phone: DisplayPhone, tmp_path: Path, fault: str, params: dict[str, Any]
) -> None:
    phone.fault(fault, **params)
    _, result = publish(phone, tmp_path, add_sound="custom", custom_sound_keyword="rainy day")
    assert result.reason is None, result.remark
    assert [post["sound"] for post in phone.posts()] == ["rainy day"]


@pytest.mark.parametrize(
    ("config", "show", "parameter"),
    [
        ({"post_way": "useSound", "sound_name": "Paper Boats"}, "similar", "sound_name"),
        ({"post_way": "useSound", "sound_name": "Paper Boats"}, "none", "sound_name"),
        ({"add_sound": "custom", "custom_sound_keyword": "rainy day"}, "none", "custom_sound_keyword"),
    ],
)
def test_a_sound_that_is_not_listed_is_refused_before_the_tap(
    phone: DisplayPhone, tmp_path: Path, config: dict[str, Any], show: str, parameter: str
) -> None:
    phone.fault("sound_results", show=show)
    ctx, result = publish(phone, tmp_path, **config)
    assert (result.reason, ctx.effect, phone.posts(), phone.shelf.names()) == (Reason.REJECTED, Effect.NONE, [], [])
    assert (result.remark.startswith(parameter), drafts(phone)) == (True, 0)


def test_a_sound_is_taken_off(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, post_way="useSound", sound_name="Paper Boats", add_sound="0")
    assert result.reason is None, result.remark
    assert [post["sound"] for post in phone.posts()] == [""]


def test_volumes(phone: DisplayPhone, tmp_path: Path) -> None:
    volumes = {"origin_sound_volume": 20, "add_sound_volume": 80}
    _, result = publish(phone, tmp_path, add_sound="1", **volumes)
    assert result.reason is None, result.remark
    [post] = phone.posts()
    assert (post["original_volume"], post["added_volume"]) == (20, 80)


def test_no_sound_can_be_added_where_a_share_skips_the_editor(form: DisplayPhone, tmp_path: Path) -> None:
    ctx, result = publish(form, tmp_path, add_sound="1")
    assert (result.reason, result.tapped, form.posts(), drafts(form)) == (Reason.APP_CHANGED, False, [], 0)
    assert "addButton" in result.remark
    assert ctx.effect is Effect.NONE


@pytest.mark.parametrize("kind", ["notification", "update", "phone_number"])
@pytest.mark.parametrize("after", [0, 2, 4])
def test_popups_on_the_way(phone: DisplayPhone, tmp_path: Path, kind: str, after: int) -> None:
    phone.fault("popup", kind=kind, after=after)
    _, result = publish(phone, tmp_path, post_way="addButton")
    assert result.reason is None, result.remark
    assert len(phone.posts()) == 1


def test_an_unknown_popup_gets_back_once(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("unknown_popup", after=2)
    _, result = publish(phone, tmp_path, post_way="addButton")
    assert result.reason is None, result.remark
    assert len(phone.posts()) == 1


# --- proof ---


@pytest.mark.parametrize("captions", ["", CAPTION])
def test_a_post_that_is_only_said_to_be_new_is_proven(form: DisplayPhone, tmp_path: Path, captions: str) -> None:
    """Where no number of seconds is said, the profile's tiles tell."""
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


def test_nothing_is_published_while_an_earlier_upload_runs(form: DisplayPhone, tmp_path: Path) -> None:
    """It could finish later, and its proof would be taken for this one's."""
    form.fault("upload_slow", seconds=60)
    assert publish(form, tmp_path, upload_wait_time=5)[1].reason is Reason.TIMEOUT
    ctx, result = publish(form, tmp_path)
    assert (result.reason, ctx.effect) == (Reason.INTERRUPTED, Effect.NONE)
    assert "earlier post" in result.remark
