"""Files on a simulated phone and their rows in its media store, made as a scan makes them."""

import io

from PIL import Image

from phonesim.contract import MediaItem
from phonesim.media import DeviceMedia, scan
from tests.support.phone_shell import new_device

CAMERA = "/sdcard/DCIM/Camera"


def jpeg(colour: str, size: tuple[int, int] = (90, 120)) -> bytes:
    """A picture in one colour."""
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG")
    return stream.getvalue()


class Gallery:
    """A phone's files; `media` is the store that its display is given."""

    def __init__(self) -> None:
        self.device = new_device()
        self.media = DeviceMedia(self.device)

    def put(self, name: str, data: bytes | None = None, *, folder: str = CAMERA) -> MediaItem:
        """Write a file and scan it; without data a picture or something that is called a video."""
        content = data if data is not None else jpeg("orange") if name.endswith("jpg") else name.encode()
        self.device.files.make_folder(folder, parents=True)
        self.device.files.write(f"{folder}/{name}", content)
        scan(self.device, f"{folder}/{name}")
        return next(item for item in self.media.items() if item.name == name)

    def remove(self, item: MediaItem) -> None:
        """The file and its row go."""
        self.device.files.remove(item.path)
        scan(self.device, item.path)
