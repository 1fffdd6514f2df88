"""Posts on their way to the server: how far each is, and what becomes of it. Time passes when they are looked at.

What failed stays until a person retries or dismisses it, whatever is posted meanwhile and however often the app ends.
"""

import msgspec

from phonesim.apps.app import Phone
from phonesim.apps.posting.state import PostingState, Upload
from phonesim.posts import Post
from phonesim.world import World

SECONDS = 1.5
STEPS = 20


class Uploads:
    """Begins uploads as the faults say and publishes those that arrived."""

    def __init__(self, phone: Phone, world: World, state: PostingState, left: list[Upload] | None = None) -> None:
        """`left` are uploads that the app's last run left on the phone."""
        self._phone, self._world, self._state = phone, world, state
        self._shown_from = phone.clock() + phone.faults.seconds("uploads_shown_late", 1.0)
        state.uploads = left or []
        world.on_its_way = self._running
        world.send = lambda post: self.begin(post, ())

    def begin(self, post: Post, uris: tuple[str, ...]) -> None:
        """Send a post off; `uris` are its files."""
        faults = self._phone.faults
        slow = faults.seconds("upload_slow", 10.0) or SECONDS
        recovers_s = faults.seconds("upload_recovers", 3.0)
        self._state.uploads.append(
            Upload(
                post=post,
                uris=uris,
                began=self._phone.clock(),
                seconds=float("inf") if faults.active("upload_stuck") else slow,
                breaks=faults.active("upload_failure") or bool(recovers_s),
                recovers_s=recovers_s,
                lost=faults.active("upload_lost"),
                waits=faults.active("upload_waits"),
            )
        )

    def settle(self) -> None:
        """Do what became due: publish what arrived, mark what failed."""
        now = self._phone.clock()
        for upload in list(self._state.uploads):
            self._wait(upload, now)
            self._recover(upload, now)
            if upload.failed or upload.waits:
                continue
            if self._lost_its_files(upload):
                upload.failed = True
            elif now < upload.ends:
                continue
            elif upload.breaks:
                upload.failed = True
            else:
                self._state.uploads.remove(upload)
                if not upload.lost:
                    self._publish(upload)

    def _wait(self, upload: Upload, now: float) -> None:
        """One that waited for the network begins once it is there."""
        if upload.waits and not self._phone.faults.active("upload_waits"):
            upload.waits, upload.began = False, now

    def _recover(self, upload: Upload, now: float) -> None:
        """One that the app tries again by itself begins again."""
        if upload.failed and upload.recovers_s and now >= upload.ends + upload.recovers_s:
            upload.began = upload.ends + upload.recovers_s
            upload.failed, upload.breaks, upload.recovers_s = False, False, 0.0

    def _publish(self, upload: Upload) -> None:
        self._world.publish(msgspec.structs.replace(upload.post, at=upload.ends))

    def _lost_its_files(self, upload: Upload) -> bool:
        """Under a fault the app reads its files until the end, and one was taken away."""
        needed = self._phone.faults.active("upload_needs_files")
        return needed and any(self._phone.media.find(uri) is None for uri in upload.uris)

    def _running(self) -> list[Post]:
        return [upload.post for upload in self._state.uploads if not upload.failed]

    @property
    def shown(self) -> tuple[Upload, ...]:
        """All that screens can show, the newest first: those that run before those that failed.

        What is drawn of them goes stale when a percentage changes.
        """
        if self._phone.before(self._shown_from):
            return ()
        now = self._phone.clock()
        for upload in self._state.uploads:
            if not upload.failed:
                step = upload.seconds / STEPS if upload.seconds < 1e9 else 0.5
                self._phone.before(min(upload.ends, now + step))
            elif upload.recovers_s:
                self._phone.before(upload.ends + upload.recovers_s)
        return tuple(sorted(reversed(self._state.uploads), key=lambda upload: upload.failed))

    def retry(self, first_file: str) -> None:
        """Send what failed once more: the upload of this first file."""
        for upload in self._failed(first_file):
            self._state.uploads.remove(upload)
            self.begin(upload.post, upload.uris)

    def give_up(self, first_file: str) -> None:
        """What failed becomes a draft: the upload of this first file."""
        self._to_drafts(self._failed(first_file))

    def _failed(self, first_file: str) -> list[Upload]:
        return [upload for upload in self._state.uploads if upload.failed and upload.post.target == first_file]

    def cut_off(self) -> list[Upload]:
        """The app ends: what was on its way stays on the phone as a draft; what the next run finds."""
        if not self._phone.faults.active("uploads_survive"):
            self._to_drafts([upload for upload in self._state.uploads if not upload.failed])
        return self._state.uploads

    def _to_drafts(self, uploads: list[Upload]) -> None:
        for upload in uploads:
            self._state.uploads.remove(upload)
            self._world.keep_draft(upload.post)
