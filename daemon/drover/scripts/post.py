"""Publish a video or pictures. Owns the order and the one commit; how an app does it is its Publisher's.

Before the tap a failure or a stop leaves neither post, draft nor file behind; after it nothing is touched that may
still be uploading, and without proof the outcome stays unknown: `post` is never run again by itself.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, Final

import msgspec

from drover.media.limits import texts
from drover.phone.engine import PhoneError, PhoneLostError
from drover.phone.phone import Phone
from drover.policy.captions import Caption, caption
from drover.policy.post_texts import limit_for, outcome_misfit
from drover.scripts.context import Context, ScriptFailed
from drover.scripts.identity import become
from drover.scripts.navigation import Navigator, NotReachedError
from drover.scripts.publishing.apps import PUBLISHERS, REFUSALS
from drover.scripts.publishing.gallery_files import Carrier, sweep
from drover.scripts.publishing.publisher import Publication, Publisher
from drover.wire.media import MediaKind
from drover.wire.post import PostConfig
from drover.wire.tasks import Reason

_NOTHING_RUNS: Final = (Reason.UPLOAD_FAILED, Reason.REJECTED)
"""Ends after the tap that the app itself told: no upload needs the files any more."""
_KINDS: Final = {0: MediaKind.VIDEO, 1: MediaKind.IMAGE}


class Post:
    """Implements Script. One object serves one attempt."""

    effect = "post"
    reconciles = False

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = msgspec.convert(config, PostConfig)
        self._tapped = False
        self._carrier: Carrier | None = None
        self._publisher: Publisher | None = None
        self._publication: Publication | None = None

    # --- prepare ---

    def prepare(self, ctx: Context) -> bool:
        """Account, files on the phone, form filled and read back; always True: a post is never there already."""
        nav = Navigator(ctx)
        make = PUBLISHERS.get(ctx.platform)
        if make is None:
            raise ScriptFailed(Reason.SCRIPT_ERROR, f"Nothing here can publish on {ctx.platform!r}.")
        self._check_media(ctx)
        words = caption(self.config.captions, ctx.task_id)
        if refuse := REFUSALS.get(ctx.platform):
            refuse(self.config, words, len(ctx.media))
        self._check_words(ctx.platform, words)
        self._publisher = make()
        with self._undone_on_failure(nav):
            self._prepare(nav, self._publisher)
        return True

    def _prepare(self, nav: Navigator, publisher: Publisher) -> None:
        ctx = nav.ctx
        if ctx.username:
            become(nav, ctx.username)
        ctx.step("looking at what the account has published so far", 10)
        publisher.survey(nav)
        sweep(ctx)
        self._carrier = Carrier(ctx)
        self._publication = Publication(
            config=self.config,
            caption=caption(self.config.captions, ctx.task_id),
            kind=_KINDS[self.config.content_type],
            items=self._carrier.bring(),
        )
        publisher.prepare(nav, self._publication)

    def _check_media(self, ctx: Context) -> None:
        wanted = _KINDS[self.config.content_type]
        wrong = next((file for file in ctx.media if file.kind is not wanted), None)
        if wrong is not None:
            raise ScriptFailed(
                Reason.MEDIA_INVALID,
                f"{wrong.path} is a {wrong.kind.value}, and content_type {self.config.content_type} publishes a "
                f"{wanted.value}; correct one of the two.",
            )
        if not ctx.media:
            raise ScriptFailed(
                Reason.MEDIA_INVALID,
                "There is no file to publish; name one in material_list, or fill the folder or library it comes from.",
            )

    def _check_words(self, platform: str, words: Caption) -> None:
        """What the daemon refuses in a request is refused here too, before the phone is touched."""
        if why := outcome_misfit([words], limit_for(texts(), platform, _KINDS[self.config.content_type])):
            remark = f"captions: {why}. Nothing was done on the phone; correct it and create the task again."
            raise ScriptFailed(Reason.REJECTED, remark)

    # --- commit ---

    def commit(self, ctx: Context) -> None:
        """Publish, once. The button is looked for after the intent was recorded, which takes up to seconds."""
        nav = Navigator(ctx)
        publisher, publication = self._made()
        count = len(publication.items)
        what = "a video" if publication.kind is MediaKind.VIDEO else f"{count} picture{'s' if count > 1 else ''}"
        with self._undone_on_failure(nav):
            publisher.aim(nav)
            ctx.step(f"publishing {what}", 60)
            ctx.commit(f"publish {what} on {nav.app.name}", lambda: self._tap(nav, publisher))

    def _tap(self, nav: Navigator, publisher: Publisher) -> None:
        button = publisher.aim(nav)
        self._tapped = True
        publisher.tap(nav, button)

    # --- verify ---

    def verify(self, ctx: Context) -> None:
        """Follow the upload, find proof, and take the files off the phone: not before the app is done with them."""
        nav = Navigator(ctx)
        publisher, publication = self._made()
        try:
            proof = publisher.verify(nav, publication)
        except NotReachedError as error:
            nav.fail_unreached(error)
        except ScriptFailed as failed:
            if failed.reason in _NOTHING_RUNS:
                self._take_away(nav)
            raise
        ctx.confirm(proof)
        self._take_away(nav, proven=True)

    def _made(self) -> tuple[Publisher, Publication]:
        if self._publisher is None or self._publication is None:
            raise RuntimeError("commit and verify follow prepare")
        return self._publisher, self._publication

    # --- undoing ---

    @contextmanager
    def _undone_on_failure(self, nav: Navigator) -> Generator[None]:
        """Whatever ends the block before the tap leaves nothing behind."""
        try:
            yield
        except NotReachedError as error:
            # The screen is kept as it stands, before anything is undone.
            try:
                nav.fail_unreached(error)
            finally:
                self._undo(nav)
        except ScriptFailed:
            with _undisturbed(nav.phone):
                nav.ctx.keep("end")
            self._undo(nav)
            raise
        except PhoneLostError:
            raise
        except Exception:
            self._undo(nav)
            raise

    def _undo(self, nav: Navigator) -> None:
        if self._tapped:
            return
        with _undisturbed(nav.phone), suppress(PhoneError):
            if self._publisher is not None and self._publication is not None:
                self._publisher.abandon(nav)
        self._take_away(nav)

    def _take_away(self, nav: Navigator, *, proven: bool = False) -> None:
        """Best effort: what cannot be removed now is removed by the gallery clean-up (supervisor/tasks).

        Where the post is proven, nothing is lost by telling that the phone failed: it is opened again then.
        """
        if self._carrier is None:
            return
        try:
            with _undisturbed(nav.phone):
                self._carrier.take_away()
        except PhoneError:
            if proven:
                nav.ctx.step("published; its files are removed when the phone answers again", 95)
                raise


@contextmanager
def _undisturbed(phone: Phone) -> Generator[None]:
    """A stop or the attempt's deadline must not cut short what leaves nothing behind."""
    asked, phone.cancelled = phone.cancelled, lambda: None
    try:
        yield
    finally:
        phone.cancelled = asked
