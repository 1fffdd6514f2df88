"""adbutils' pictures, videos and log of a simulated phone's screen."""

import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbutils
import av
import pytest
from PIL import Image

from tests.support.adb import AdbServer
from tests.support.fake_display import LAUNCHER, PACKAGE, FakeDisplay
from tests.support.phones import wait_until

# adbutils leaves some of its sockets and files to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
NAVY, WHITE = (0, 0, 128), (255, 255, 255)


def frames(video: str | io.BytesIO) -> list[Image.Image]:
    with av.open(video, "r") as container:
        decoded: Iterator[Any] = container.decode(video=0)  # its frames are not typed in full
        return [frame.to_image() for frame in decoded]


def shows(picture: Image.Image, colour: tuple[int, int, int]) -> bool:
    """Whether the middle has that colour, as far as a video keeps it."""
    pixel = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 24 for one, other in zip(pixel, colour, strict=True))


def test_framebuffer_and_screenshot_show_one_screen(device: adbutils.AdbDevice, display: FakeDisplay) -> None:
    device.app_start(PACKAGE)
    raw = device.framebuffer()
    assert (raw.mode, raw.size) == ("RGBA", (display.width, display.height))
    assert raw.convert("RGB").tobytes() == device.screenshot(error_ok=False).tobytes()
    assert shows(raw, NAVY)


def test_screencap_writes_raw_pixels_unless_a_png_is_asked_for(adb_server: AdbServer, serial: str) -> None:
    data = adb_server.run("exec-out", "screencap", serial=serial).stdout
    width, height, kind, space = struct.unpack_from("<4I", data)
    assert (width, height, kind, space) == (1080, 2400, 1, 1)
    assert len(data) == 16 + width * height * 4
    device = adb_server.device(serial)
    device.shell("screencap /sdcard/one.png")
    assert device.sync.read_bytes("/sdcard/one.png").startswith(b"\x89PNG")


def test_a_recording_is_a_video_of_what_was_shown(
    device: adbutils.AdbDevice, display: FakeDisplay, tmp_path: Path
) -> None:
    assert display.package == LAUNCHER
    display.looked_at.clear()
    device.start_recording(str(tmp_path / "out.mp4"))
    assert device.is_recording()
    # With the second look the first is in the video.
    wait_until(lambda: len(display.looked_at) > 1, what="a picture of the launcher")
    assert "screenrecord" in device.shell("ps")
    assert ".mp4" in device.shell("ls /sdcard"), "its file is there from the start, and complete at the end"
    device.app_start(PACKAGE)
    display.looked_at.clear()
    wait_until(lambda: len(display.looked_at) > 1, what="a picture of the app")
    device.stop_recording()
    assert not device.is_recording()
    video = frames(str(tmp_path / "out.mp4"))
    assert (video[0].size, shows(video[0], WHITE), shows(video[-1], NAVY)) == ((1080, 2400), True, True)
    assert "adbutils-tmp-video" not in device.shell("ls /sdcard")


def test_a_recording_ends_by_its_time(adb_server: AdbServer, serial: str) -> None:
    done = adb_server.run(
        "exec-out", "screenrecord --output-format=h264 --size 320x640 --time-limit 1 -", serial=serial
    )
    assert {picture.size for picture in frames(io.BytesIO(done.stdout))} == {(320, 640)}
    done = adb_server.run("shell", "screenrecord", "--time-limit", "0", "/sdcard/x.mp4", serial=serial)
    assert (done.returncode, done.stderr) == (2, b"Time limit 0s outside acceptable range [1,180]\n")


def test_a_recording_is_completed_when_who_started_it_hangs_up(
    device: adbutils.AdbDevice, display: FakeDisplay
) -> None:
    display.looked_at.clear()
    stream = device.shell("screenrecord /sdcard/hung.mp4", stream=True)
    wait_until(lambda: len(display.looked_at) > 1, what="a picture")
    stream.close()
    wait_until(lambda: device.shell("pidof screenrecord") == "", what="its end")
    assert frames(io.BytesIO(device.sync.read_bytes("/sdcard/hung.mp4")))


def test_a_recording_that_is_killed_leaves_no_video(device: adbutils.AdbDevice, display: FakeDisplay) -> None:
    display.looked_at.clear()
    with device.shell("screenrecord /sdcard/killed.mp4; echo ended $?", stream=True) as stream:
        wait_until(lambda: display.looked_at, what="a picture")
        assert device.shell2("pkill -KILL screenrecord").returncode == 0
        assert stream.read_until_close() == "ended 137\n"
    assert device.sync.stat("/sdcard/killed.mp4").size == 0


def test_logcat_follows(device: adbutils.AdbDevice, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    follower = device.logcat(file, clear=True, re_filter="needle")
    device.shell(["log", "-p", "w", "-t", "TAG", "a needle here"])
    device.shell(["log", "-t", "TAG", "hay"])
    wait_until(lambda: "a needle here" in file.read_text(), what="the line in the log")
    # It reads by the line: the phone's log is never quiet, so that it comes to look whether it is to end.
    follower.stop(timeout=10)
    (line,) = file.read_text().splitlines()
    assert re.fullmatch(r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} W/TAG     \( *\d+\): a needle here", line)
