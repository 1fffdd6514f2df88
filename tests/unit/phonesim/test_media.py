"""What apps see of the phone's media store: rows that exist now, newest first."""

import hashlib

from phonesim.device import Device
from phonesim.media import DeviceMedia, scan
from tests.support.phone_shell import new_device

CAMERA = "/sdcard/DCIM/Camera"


def device_with(*names: str) -> Device:
    device = new_device()
    for name in names:
        put(device, name)
    return device


def put(device: Device, name: str) -> None:
    device.files.make_folder(CAMERA, parents=True)
    device.files.write(f"{CAMERA}/{name}", name.encode())
    scan(device, f"{CAMERA}/{name}")


def test_items_come_newest_first_and_by_kind() -> None:
    media = DeviceMedia(device_with("a.mp4", "b.jpg", "c.mp4"))
    assert [item.name for item in media.items()] == ["c.mp4", "b.jpg", "a.mp4"]
    assert [item.name for item in media.items("images")] == ["b.jpg"]
    (image,) = media.items("images")
    assert (image.album, image.data, image.size) == ("Camera", b"b.jpg", 5)
    assert image.sha256 == hashlib.sha256(b"b.jpg").hexdigest()


def test_a_row_is_found_by_its_uri_of_any_volume() -> None:
    media = DeviceMedia(device_with("a.mp4"))
    (item,) = media.items()
    assert item.uri == f"content://media/external/video/media/{item.row_id}"
    for uri in (item.uri, item.uri.replace("external", "external_primary"), item.uri.replace("video/media", "file")):
        assert media.find(uri) == item
    for uri in (item.uri.replace("video", "images"), f"{item.uri}9", item.path, "content://media/external/video"):
        assert media.find(uri) is None


def test_a_row_without_its_file_is_not_seen() -> None:
    device = device_with("a.mp4")
    media = DeviceMedia(device)
    (item,) = media.items()
    device.files.remove(item.path)
    assert (media.items(), media.find(item.uri)) == ([], None)


def test_a_lost_row_never_comes() -> None:
    device = new_device()
    device.faults.set("lost_media", {})
    put(device, "a.mp4")
    assert DeviceMedia(device).items() == []
