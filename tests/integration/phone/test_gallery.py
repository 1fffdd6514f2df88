"""Files in the gallery of a simulated phone, over a real adb server: put, seen by apps, found again, taken away."""

import hashlib
import io
from collections.abc import Iterator

import pytest

from drover.phone import gallery as gallery_module
from drover.phone.engine import PhoneError, PhoneLostError, PhoneTimeoutError
from drover.phone.gallery import Gallery
from drover.phone.mediastore import GalleryItem, name_for
from drover.phone.phone import Phone
from drover.wire.media import MediaKind
from tests.support.adb import AdbServer
from tests.support.gallery import jpeg
from tests.support.phones import PhoneFarm

VIDEO = bytes(range(256)) * 2000
STAMP = 1_795_000_000


@pytest.fixture
def phone(adb_server: AdbServer, farm: PhoneFarm) -> Iterator[Phone]:
    serial = farm.phones[0].serial
    opened = Phone.open(serial, adb_port=adb_server.port, engine="adb")
    yield opened
    farm.clear_faults(serial)
    opened.cancelled = lambda: None
    opened.gallery.remove(map(str, opened.gallery.ours()))
    opened.close()


def put(gallery: Gallery, name: str, data: bytes = VIDEO, *, timeout_s: float = 10.0) -> GalleryItem:
    video = name.endswith("mp4")
    return gallery.put(
        io.BytesIO(data),
        name=name,
        kind=MediaKind.VIDEO if video else MediaKind.IMAGE,
        media_type="video/mp4" if video else "image/jpeg",
        size=len(data),
        timeout_s=timeout_s,
    )


def stored(farm: PhoneFarm, name: str) -> bytes:
    device = farm.farm.phones[0].device
    return device.files.read(f"/sdcard/DCIM/Camera/{name}")


def test_put_find_remove(phone: Phone, farm: PhoneFarm) -> None:
    name = name_for(12, STAMP, 1, "video/mp4")
    item = put(phone.gallery, name)
    assert item.uri == f"content://media/external/video/media/{item.row}"
    assert hashlib.sha256(stored(farm, name)).digest() == hashlib.sha256(VIDEO).digest()
    assert [str(found) for found in phone.gallery.ours()] == [name]
    phone.gallery.remove([name])
    assert phone.gallery.ours() == []
    phone.gallery.remove([name])


def test_progress_is_told(phone: Phone) -> None:
    told: list[int] = []
    name = name_for(12, STAMP, 1, "image/jpeg")
    data = jpeg("red", (900, 900))
    phone.gallery.put(
        io.BytesIO(data), name=name, kind=MediaKind.IMAGE, media_type="image/jpeg", size=len(data), sent=told.append
    )
    assert told == sorted(told)
    assert told[-1] == len(data)


def test_a_row_that_comes_late_is_waited_for(phone: Phone, farm: PhoneFarm) -> None:
    farm.fault(phone.serial, "late_media", delay_seconds=1.5)
    assert put(phone.gallery, name_for(12, STAMP, 1, "video/mp4")).row > 0


def test_a_row_that_never_comes_ends_by_its_deadline(phone: Phone, farm: PhoneFarm) -> None:
    farm.fault(phone.serial, "lost_media")
    with pytest.raises(PhoneTimeoutError, match="no app can see it"):
        put(phone.gallery, name_for(12, STAMP, 1, "video/mp4"), timeout_s=1.5)


def test_the_first_is_the_newest_and_foreign_files_are_told(phone: Phone, farm: PhoneFarm) -> None:
    second = put(phone.gallery, name_for(12, STAMP, 2, "image/jpeg"), jpeg("red"))
    first = put(phone.gallery, name_for(12, STAMP, 1, "image/jpeg"), jpeg("blue"))
    assert first.row > second.row
    assert phone.gallery.newer_than([first, second]) == []
    assert phone.gallery.newer_than([second]) == [first.name]


class StoppedError(Exception):
    """It was stopped."""


def test_a_stop_ends_a_transfer(phone: Phone) -> None:
    def stop() -> None:
        raise StoppedError

    phone.cancelled = stop
    with pytest.raises(StoppedError):
        put(phone.gallery, name_for(12, STAMP, 1, "video/mp4"))


def test_a_hanging_transfer_ends_by_its_deadline(
    phone: Phone, farm: PhoneFarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_module, "CALL_S", 1.0)
    farm.fault(phone.serial, "hang", command="sync")
    with pytest.raises((PhoneTimeoutError, PhoneLostError)):
        put(phone.gallery, name_for(12, STAMP, 1, "video/mp4"))


def test_a_file_that_changed_is_refused(phone: Phone) -> None:
    name = name_for(12, STAMP, 1, "video/mp4")
    with pytest.raises(PhoneError, match="changed meanwhile"):
        phone.gallery.put(io.BytesIO(b"short"), name=name, kind=MediaKind.VIDEO, media_type="video/mp4", size=6)


@pytest.mark.parametrize("name", ["IMG_1.jpg", "drover-1-1-1.mp4; rm -rf /", "../x", "-rf"])
def test_only_files_of_ours_are_touched(phone: Phone, name: str) -> None:
    with pytest.raises(PhoneError, match="not the name of a file of ours"):
        phone.gallery.remove([name])
    with pytest.raises(PhoneError, match="not the name of a file of ours"):
        put(phone.gallery, name)
