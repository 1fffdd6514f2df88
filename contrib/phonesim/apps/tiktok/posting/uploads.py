"""Posts on their way to the server: how far each is, and what becomes of it. Time passes when somebody looks."""

import msgspec

from phonesim.apps.app import Phone
from phonesim.apps.tiktok.posting.state import PostingState, Upload
from phonesim.posts import Post
from phonesim.world import World

SECONDS = 1.5
STEPS = 20


class Uploads:
    """Begins uploads as the faults say and publishes those that arrived."""

    def __init__(self, phone: Phone, world: World, state: PostingState) -> None:
        self._phone, self._world, self._state = phone, world, state
        world.on_its_way = self._running

    def begin(self, post: Post, uris: tuple[str, ...]) -> None:
        """Send a post off; `uris` are its files."""
        faults = self._phone.faults
        slow = faults.seconds("upload_slow", 10.0) or SECONDS
        self._state.uploads.append(
            Upload(
                post=post,
                uris=uris,
                began=self._phone.clock(),
                seconds=float("inf") if faults.active("upload_stuck") else slow,
                breaks=faults.active("upload_failure"),
                lost=faults.active("upload_lost"),
            )
        )

    def settle(self) -> None:
        """Do what became due: publish what arrived, mark what failed."""
        now = self._phone.clock()
        for upload in list(self._state.uploads):
            if upload.failed:
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

    def _publish(self, upload: Upload) -> None:
        self._world.publish(msgspec.structs.replace(upload.post, at=upload.ends))

    def _lost_its_files(self, upload: Upload) -> bool:
        """Under a fault the app reads its files until the end, and one was taken away."""
        needed = self._phone.faults.active("upload_needs_files")
        return needed and any(self._phone.media.find(uri) is None for uri in upload.uris)

    def _running(self) -> list[Post]:
        return [upload.post for upload in self._state.uploads if not upload.failed]

    def watch(self) -> Upload | None:
        """The upload that screens show, the newest; what is drawn of it goes stale when its percentage changes."""
        if not self._state.uploads:
            return None
        upload = self._state.uploads[-1]
        if not upload.failed:
            now = self._phone.clock()
            self._phone.before(min(upload.ends, now + upload.seconds / STEPS if upload.seconds < 1e9 else now + 0.5))
        return upload

    def retry(self) -> None:
        """Send what failed once more."""
        for upload in [upload for upload in self._state.uploads if upload.failed]:
            self._state.uploads.remove(upload)
            self.begin(upload.post, upload.uris)

    def give_up(self) -> None:
        """What failed becomes a draft."""
        self._to_drafts([upload for upload in self._state.uploads if upload.failed])

    def cut_off(self) -> None:
        """The app ends: what was on its way stays on the phone as a draft."""
        self._to_drafts(list(self._state.uploads))

    def _to_drafts(self, uploads: list[Upload]) -> None:
        for upload in uploads:
            self._state.uploads.remove(upload)
            self._world.keep_draft(upload.post)
