"""Instagram's Publisher over the recorded screens: the right controls in their order, one Share, proof by evidence."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from drover.phone.gallery import Gallery
from drover.phone.mediastore import GalleryItem
from drover.policy.captions import Caption
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator
from drover.scripts.publishing.instagram import proof
from drover.scripts.publishing.instagram.publisher import InstagramPublisher
from drover.scripts.publishing.publisher import Publication
from drover.wire.media import MediaKind
from drover.wire.post import PostConfig
from drover.wire.tasks import Reason
from tests.support.hand_phone import HandPhone
from tests.support.recorded_instagram import RecordedInstagram
from tests.support.script_phone import RecordingContext, simulate_time

WORDS = "Sunset over the bay\n🌅 #sunset @anna.b"


class QuietGallery:
    """A gallery in which nothing happens."""

    def allow_reading(self, package: str) -> None:
        """No one asks for it here."""

    def newer_than(self, items: Sequence[GalleryItem]) -> list[str]:
        return []


class SharingPhone(HandPhone):
    """Whose gallery is no one's business here, and whose shares land on a page."""

    def __init__(self, app: RecordedInstagram, lands_on: str = "editor") -> None:
        super().__init__(app)
        self.recorded, self.lands_on = app, lands_on
        self.gallery = cast(Gallery, QuietGallery())

    def share(self, item: GalleryItem, package: str, activity: str, *, timeout_s: float = 20.0) -> None:
        assert activity.endswith("ShareHandlerActivity")
        self.recorded.to(self.lands_on)

    def share_as(self, item: GalleryItem, package: str, action: str, *, timeout_s: float = 20.0) -> None:
        assert action.endswith("ADD_TO_STORY")
        self.recorded.to("story_editor")


def publication(kind: MediaKind = MediaKind.VIDEO, words: str = WORDS, **config: Any) -> Publication:
    item = GalleryItem(name="drover-1-1-1.mp4", kind=kind, media_type="video/mp4", row=7)
    return Publication(
        config=PostConfig(**config), caption=Caption(title="", description=words), kind=kind, items=(item,)
    )


@pytest.fixture
def app() -> RecordedInstagram:
    return RecordedInstagram()


class Run:
    """One publication, driven as post.py drives it."""

    def __init__(self, app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch, lands_on: str = "editor") -> None:
        phone = SharingPhone(app, lands_on)
        simulate_time(monkeypatch, phone.clock)
        self.ctx = RecordingContext(phone, package="com.instagram.android", platform="instagram")
        self.nav = Navigator(self.ctx)
        self.publisher = InstagramPublisher()

    def prepare(self, what: Publication) -> None:
        self.publisher.survey(self.nav)
        self.publisher.prepare(self.nav, what)

    def publish(self, what: Publication) -> None:
        self.prepare(what)
        self.publisher.tap(self.nav, self.publisher.aim(self.nav))
        self.publisher.verify(self.nav, what)


@pytest.mark.parametrize("way", ["share", "addButton"])
@pytest.mark.parametrize("words", [WORDS, ""])
def test_a_reel(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch, way: str, words: str) -> None:
    run = Run(app, monkeypatch)
    run.publish(publication(words=words, post_way=way))
    assert app.shared == [f"form {words}".strip()]
    assert any("uploading" in text for text, _ in run.ctx.steps)
    assert not any("draft" in touched for touched in app.touched)


@pytest.mark.parametrize("lands_on", ["editor", "form", "reel_picker"])
def test_wherever_a_share_lands(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch, lands_on: str) -> None:
    Run(app, monkeypatch, lands_on).publish(publication())
    assert app.shared == [f"form {WORDS}"]


def test_a_picture_of_the_feed(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch) -> None:
    app.editor = "photo_editor"
    Run(app, monkeypatch).publish(publication(MediaKind.IMAGE, content_type=1, post_way="addButton"))
    assert app.shared == [f"form {WORDS}"]


@pytest.mark.parametrize("way", ["share", "addButton"])
def test_a_story(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    Run(app, monkeypatch).publish(publication(words="", placement="story", post_way=way))
    assert app.shared == ["story_editor"]


def test_a_second_story_is_unknown_where_nothing_opens_it(
    app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.story = True
    with pytest.raises(ScriptFailed) as failed:
        Run(app, monkeypatch).publish(publication(words="", placement="story"))
    assert failed.value.reason is Reason.OUTCOME_UNKNOWN
    assert app.shared == ["story_editor"]


def test_the_apps_own_word_that_it_failed(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch) -> None:
    app.fails = True
    with pytest.raises(ScriptFailed) as failed:
        Run(app, monkeypatch).publish(publication())
    assert failed.value.reason is Reason.UPLOAD_FAILED
    assert "can't be posted" in failed.value.remark


def test_an_older_failure_in_the_feed_is_not_ours(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch) -> None:
    app.failed_rows = 2
    Run(app, monkeypatch).publish(publication())
    assert len(app.shared) == 1


def test_an_upload_that_takes_longer_than_allowed_is_said_to_run(
    app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.upload_looks = 100_000
    with pytest.raises(ScriptFailed) as failed:
        Run(app, monkeypatch).publish(publication(upload_wait_time=20))
    assert failed.value.reason is Reason.TIMEOUT


def test_a_tap_on_share_that_does_nothing_is_rejected_and_the_form_left(
    app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.ignores = True
    with pytest.raises(ScriptFailed) as failed:
        Run(app, monkeypatch).publish(publication(upload_wait_time=60))
    assert failed.value.reason is Reason.REJECTED
    assert [page for page in app.touched if page.endswith("BACK")][:2] == ["form: BACK", "editor: BACK"]
    assert app.page in ("home", "profile")


def test_a_caption_cut_short_is_noticed(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(text: str) -> bool:
        app.caption = text[:10]
        return True

    monkeypatch.setattr(app, "typed", short)
    with pytest.raises(ScriptFailed) as failed:
        Run(app, monkeypatch).prepare(publication())
    assert failed.value.reason is Reason.APP_CHANGED
    assert app.shared == []


def test_a_picker_whose_newest_is_of_another_kind(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ScriptFailed) as failed:
        Run(app, monkeypatch).prepare(
            publication(MediaKind.IMAGE, words="", content_type=1, placement="story", post_way="addButton")
        )
    assert failed.value.reason is Reason.APP_CHANGED
    assert "is a video" in failed.value.remark


def test_leaving_a_form_never_shares(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(app, monkeypatch)
    run.prepare(publication())
    run.publisher.abandon(run.nav)
    assert (app.page, app.shared) == ("home", [])


def test_nothing_is_proven_by_having_left_the_form(app: RecordedInstagram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_arrive", lambda: app.to("home"))
    monkeypatch.setattr(proof, "LOOKS_S", 5.0)
    with pytest.raises(ScriptFailed) as failed:
        Run(app, monkeypatch).publish(publication())
    assert failed.value.reason is Reason.TIMEOUT
    assert "shows no new post" in failed.value.remark
