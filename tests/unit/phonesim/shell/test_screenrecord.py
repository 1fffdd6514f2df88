"""`screenrecord`'s words: what they ask for, and what the real one says of those that are wrong."""

import pytest

from phonesim.device import Device
from phonesim.shell.commands.screenrecord import parse
from tests.support.phone_shell import new_device, run


@pytest.fixture
def device() -> Device:
    return new_device()


def test_options_with_and_without_an_equals_sign() -> None:
    request = parse(["--size=720x1280", "--bit-rate", "4M", "--time-limit", "9", "--verbose", "/sdcard/a.mp4"])
    assert (request.size, request.bit_rate, request.limit_s) == ((720, 1280), 4_000_000, 9)
    assert (request.path, request.bare, request.verbose) == ("/sdcard/a.mp4", False, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Must specify output file (see --help)."),
        ("--size big x", "Invalid size 'big', must be width x height"),
        ("--size 0x9 x", "Invalid size '0x9', must be width x height"),
        ("--bit-rate 1 x", "Bit rate 1 outside acceptable range [100000,200000000]"),
        ("--time-limit 181 x", "Time limit 181s outside acceptable range [1,180]"),
        ("--output-format gif x", "Unknown format 'gif'"),
        ("--odd x", "screenrecord: unrecognized option '--odd'"),
        ("--time-limit", "screenrecord: option '--time-limit' requires an argument"),
    ],
)
def test_what_is_wrong_is_refused_in_its_words(device: Device, words: str, said: str) -> None:
    done = run(device, f"screenrecord {words}")
    assert (done.code, done.err) == (2, said + "\n")


def test_a_file_that_cannot_be_written_is_named(device: Device) -> None:
    done = run(device, "screenrecord /system/x.mp4")
    assert (done.code, done.err) == (1, "Unable to open '/system/x.mp4': Read-only file system\n")
    # An MP4 cannot be streamed: `-` is a file in the root folder then, as for the real one.
    assert run(device, "screenrecord -").err == "Unable to open '-': Read-only file system\n"


def test_an_ffmpeg_without_encoder_is_a_phone_without_one(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phonesim.recording.ENCODER", "no such encoder")
    done = run(device, "screenrecord /sdcard/x.mp4")
    assert (done.code, done.err) == (1, "ERROR: unable to create video/avc codec instance\n")
