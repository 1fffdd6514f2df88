"""`log` and `logcat`: priorities, formats, filters, how much of the log; and words that are no option."""

import re

import pytest

from phonesim.device import Device
from phonesim.shell.commands.logcat import InvalidOptionError, parse
from tests.support.phone_shell import new_device, run


@pytest.fixture
def device() -> Device:
    phone = new_device()
    phone.log.add("ActivityManager", "Start proc", buffer="system", pid=77)
    phone.log.add("App", "low", priority="D", pid=88)
    phone.log.add("App", "two\nlines", priority="E", pid=88)
    return phone


STAMP = r"\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"


@pytest.mark.parametrize(
    ("layout", "line"),
    [
        ("brief", r"D/App     \(   88\): low"),
        ("process", r"D\(   88\) low  \(App\)"),
        ("tag", r"D/App     : low"),
        ("thread", r"D\(   88:   88\) low"),
        ("raw", r"low"),
        ("time", STAMP + r" D/App     \(   88\): low"),
        ("threadtime", STAMP + r"    88    88 D App     : low"),
        ("long", rf"\[ {STAMP}    88:   88 D/App      \]\nlow\n"),
        ("time -v year,usec,zone", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} \+0000 D/App     \(   88\): low"),
        ("epoch", r" *\d{10}\.\d{3}    88    88 D App     : low"),
    ],
)
def test_formats(device: Device, layout: str, line: str) -> None:
    out = run(device, f"logcat -d -b main -v {layout} -e low").out
    assert re.fullmatch(line + "\n", out), out


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        ("", ["Start proc", "low", "two", "lines"]),
        ("'*:E'", ["two", "lines"]),
        ("'*:S' ActivityManager", ["Start proc"]),
        ("-s App:E", ["two", "lines"]),
        ("App:S", ["Start proc"]),
        ("--pid=77", ["Start proc"]),
        ("-b system", ["Start proc"]),
        ("-b crash", []),
        ("-t 1", ["two", "lines"]),
        ("-e Start", ["Start proc"]),
        ("-m 1", ["Start proc"]),
        ("-t '1971-01-01 00:00:00.000'", ["Start proc", "low", "two", "lines"]),
        ("-t 99999999999.0", []),
    ],
)
def test_what_is_printed(device: Device, options: str, messages: list[str]) -> None:
    lines = run(device, f"logcat -dv raw {options}").out.splitlines()
    assert [line for line in lines if not line.startswith("---------")] == messages


def test_filters_of_the_environment_hold_where_the_words_have_none(device: Device) -> None:
    assert "low" not in run(device, "ANDROID_LOG_TAGS='*:E' logcat -d").out
    assert "low" in run(device, "ANDROID_LOG_TAGS='*:E' logcat -d '*:D'").out


def test_each_buffer_is_announced_where_several_are_printed(device: Device) -> None:
    out = run(device, "logcat -d -v raw").out
    assert out.startswith("--------- beginning of system\nStart proc\n--------- beginning of main\nlow\n")
    assert "beginning" not in run(device, "logcat -d -b main").out


def test_log_writes_with_priority_tag_and_its_own_pid(device: Device) -> None:
    assert run(device, "log -p w -t 'my tag' some words; log -pf short; log plain").code == 0
    lines = run(device, "logcat -d -v brief -t 3").out.splitlines()[1:]
    assert [re.sub(r"\( *\d+\)", "()", line) for line in lines] == [
        "W/my tag  (): some words",
        "F/log     (): short",
        "I/log     (): plain",
    ]
    done = run(device, "log -p x no")
    assert (done.code, done.err) == (1, "log: bad -p 'x'\n")


def test_clearing_takes_what_was_named(device: Device) -> None:
    run(device, "logcat -b main --clear")
    assert run(device, "logcat -d -v raw").out == "--------- beginning of system\nStart proc\n"
    run(device, "logcat -c")
    assert run(device, "logcat -d").out == ""


def test_it_can_write_into_a_file_and_tell_the_sizes(device: Device) -> None:
    run(device, "logcat -d -v raw -b system -f /sdcard/log.txt")
    assert device.files.read("/sdcard/log.txt") == b"Start proc\n"
    assert run(device, "logcat -g -b system").out.startswith("system: ring buffer is 256 KiB (0 KiB consumed)")


@pytest.mark.parametrize(
    "words",
    [["-v", "odd"], ["-x"], ["--odd"], ["-v"], ["-b", "odd"], ["App:X"], ["-t", "soon"], ["-m", "x"], ["-e", "("]],
)
def test_what_is_no_option_is_refused(words: list[str]) -> None:
    with pytest.raises(InvalidOptionError, match=r"^logcat: "):
        parse(words)
