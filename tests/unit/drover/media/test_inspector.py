"""What media files hold, told by a process of its own; and what becomes of the ones that break it."""

import asyncio
import io
import math
import re
from pathlib import Path

import psutil
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from drover.media import inspector as room
from drover.media.files import MediaError, open_named
from drover.media.inspector import Inspector
from drover.media.probe import MAX_PIXELS
from drover.wire.media import MediaFacts
from tests.support.media import make_picture, make_video
from tests.support.uidumps import case_media


async def looked(*paths: Path, inspector: Inspector | None = None) -> list[tuple[MediaFacts, bytes]]:
    used = inspector or Inspector()
    try:
        found: list[tuple[MediaFacts, bytes]] = []
        for path in paths:
            with open_named(str(path), [path.parent]) as file:
                found.append(await used.look(file))
        return found
    finally:
        used.close()


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm"])
def test_dimensions_duration_digest_and_first_frame_of_a_video(tmp_path: Path, name: str) -> None:
    path = make_video(tmp_path / name, seconds=3, size=(360, 640))
    ((facts, thumbnail),) = asyncio.run(looked(path))
    assert (facts.width, facts.height) == (360, 640)
    assert facts.duration_s == pytest.approx(3.0, abs=0.25)
    assert len(facts.sha256) == 64
    small = Image.open(io.BytesIO(thumbnail))
    assert (small.format, small.size) == ("JPEG", (180, 320))


def test_a_picture_is_measured_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (400, 300)).save(tmp_path / "a.jpg", exif=exif)
    ((facts, thumbnail),) = asyncio.run(looked(tmp_path / "a.jpg"))
    assert (facts.width, facts.height, facts.duration_s) == (300, 400, None)
    assert Image.open(io.BytesIO(thumbnail)).size == (240, 320)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.mp4", "a.webm"])
def test_a_file_that_was_cut_short_is_broken(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    whole = (make_video(path) if path.suffix in (".mp4", ".webm") else make_picture(path)).read_bytes()
    path.write_bytes(whole[: 40 if path.suffix == ".webm" else len(whole) // 2])
    with pytest.raises(MediaError, match=r"is broken|holds no"):
        asyncio.run(looked(path))


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    Image.new("1", (16000, 12000)).save(tmp_path / "a.png")
    with pytest.raises(MediaError, match="million pixels"):
        asyncio.run(looked(tmp_path / "a.png"))


def test_case_b13_the_memory_of_a_picture_is_capped(tmp_path: Path) -> None:
    side = math.isqrt(MAX_PIXELS["image/png"])
    Image.new("RGBA", (side, side)).save(tmp_path / "a.png", compress_level=1)

    async def peak() -> int:
        inspector = Inspector()
        try:
            with open_named(str(tmp_path / "a.png"), [tmp_path]) as file:
                facts, _ = await inspector.look(file)
            assert (facts.width, facts.height) == (side, side)
            (probe,) = [one for one in psutil.Process().children() if "drover.media.probe" in one.cmdline()]
            status = Path(f"/proc/{probe.pid}/status").read_text()
            return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024
        finally:
            inspector.close()

    assert (tmp_path / "a.png").stat().st_size < 2_000_000
    assert asyncio.run(peak()) < 500_000_000


def test_case_media_metadata_of_megabytes_is_no_fault(tmp_path: Path) -> None:
    texts = PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", "x" * 3_000_000, zip=True)
    Image.new("RGB", (360, 480)).save(tmp_path / "a.png", pnginfo=texts)
    ((facts, _),) = asyncio.run(looked(tmp_path / "a.png"))
    assert (facts.width, facts.height) == (360, 480)


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_case_media_what_is_animated_says_so(tmp_path: Path, name: str) -> None:
    frames = [Image.new("RGB", (360, 480), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    with pytest.raises(MediaError, match=r"is (an )?animated.*; save one picture of it"):
        asyncio.run(looked(tmp_path / name))


def test_case_media_the_best_real_stream_decides_and_not_a_cover_before_it() -> None:
    ((facts, thumbnail),) = asyncio.run(looked(case_media("cover_before_tracks.mp4")))
    assert (facts.width, facts.height) == (720, 1280)
    assert facts.duration_s == pytest.approx(4.0, abs=0.25)
    assert Image.open(io.BytesIO(thumbnail)).size == (180, 320)


@pytest.mark.parametrize(("name", "size"), [("bigxmp.png", (1080, 1350)), ("anim.png", None)])
def test_case_media_pictures_that_people_sent(name: str, size: tuple[int, int] | None) -> None:
    if size is None:
        with pytest.raises(MediaError, match="is an animated PNG; save one picture"):
            asyncio.run(looked(case_media(name)))
    else:
        ((facts, _),) = asyncio.run(looked(case_media(name)))
        assert (facts.width, facts.height) == size


def test_a_decoder_that_dies_or_hangs_takes_nothing_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_picture(tmp_path / "a.png")

    async def story() -> None:
        inspector = Inspector(timeout_s=0.3)
        monkeypatch.setattr(room, "PROBE", ["-c", "import time; time.sleep(60)"])
        with pytest.raises(MediaError, match="could not be looked into"):
            await looked(path, inspector=inspector)
        monkeypatch.setattr(room, "PROBE", ["-c", "import os; os.abort()"])
        with pytest.raises(MediaError, match="could not be looked into"):
            await looked(path, inspector=inspector)
        monkeypatch.undo()
        patient = Inspector()
        assert len(await looked(path, inspector=patient)) == 1

    asyncio.run(story())
