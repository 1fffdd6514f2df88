"""Brings a task's files into the phone's gallery and takes them away again, also those a crash left behind."""

import time
from collections.abc import Callable, Collection, Iterable
from typing import Final

from drover.phone.mediastore import GalleryItem, GalleryName, name_for
from drover.phone.phone import Phone
from drover.scripts.context import Context
from drover.wire.media import MediaFile

FROM, TO = 12, 30
"""The percentages of a task between which its files are copied."""
_FORGOTTEN_S: Final = 24 * 3600
"""Files of other tasks stay that long: the outcome of one may be unknown, and its upload still running."""


def sweep(ctx: Context) -> None:
    """Remove what earlier attempts of this task left in the gallery, and what any task left there days ago."""
    left = leftovers(ctx.phone.gallery.ours(), ctx.task_id, time.time())
    if left:
        ctx.step(f"removing {len(left)} files that earlier attempts left on the phone", FROM)
        ctx.phone.gallery.remove(map(str, left))


def leftovers(found: Iterable[GalleryName], task_id: int, now: float) -> list[GalleryName]:
    """Those of these files that no one needs any more; `now` in Unix seconds."""
    return [name for name in found if name.task_id == task_id or now - name.stamp > _FORGOTTEN_S]


def clean_up(phone: Phone, keep: Collection[int]) -> list[GalleryName]:
    """Remove all files of ours but those of these tasks; what was removed. Raises PhoneError."""
    left = [name for name in phone.gallery.ours() if name.task_id not in keep]
    if left:
        phone.gallery.remove(map(str, left))
    return left


class Carrier:
    """The files of one attempt on the phone. `names` are all that may be there, also after a broken transfer."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._stamp = int(time.time())
        self.names: list[str] = []

    def bring(self) -> tuple[GalleryItem, ...]:
        """Copy every file, the last first, so that the first is the newest; the items in the task's order.

        Raises PhoneNotReadyError where the phone has no room for them all.
        """
        self._ctx.phone.gallery.have_room(sum(file.size for file in self._ctx.media))
        files = list(enumerate(self._ctx.media))
        items = [self._bring_one(index, file) for index, file in reversed(files)]
        return tuple(reversed(items))

    def _bring_one(self, index: int, file: MediaFile) -> GalleryItem:
        ctx = self._ctx
        name = name_for(ctx.task_id, self._stamp, index + 1, file.media_type)
        done = len(ctx.media) - index - 1
        what = f"{file.name or name} ({index + 1} of {len(ctx.media)})"
        with ctx.open_media(file) as source:
            self.names.append(name)
            return ctx.phone.gallery.put(
                source,
                name=name,
                kind=file.kind,
                media_type=file.media_type,
                size=file.size,
                sent=self._reporter(what, done, file.size),
            )

    def _reporter(self, what: str, done: int, size: int) -> Callable[[int], None]:
        """Says each tenth of a file once."""
        count = len(self._ctx.media)
        reported: list[int] = []

        def sent(total: int) -> None:
            tenth = total * 10 // max(size, 1)
            if not reported or tenth > reported[-1]:
                reported.append(tenth)
                share = (done + min(tenth, 10) / 10) / count
                self._ctx.step(
                    f"copying {what} to the phone: {min(tenth, 10) * 10} %",
                    int(FROM + share * (TO - FROM)),
                )

        return sent

    def take_away(self) -> None:
        """Remove what this attempt brought; raises PhoneError."""
        if self.names:
            self._ctx.phone.gallery.remove(self.names)
            self.names = []
