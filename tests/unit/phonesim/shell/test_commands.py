"""Single commands of the phone: options and words as tools expect them."""

import pytest

from phonesim.device import Device
from tests.support.fake_display import PACKAGE, FakeDisplay
from tests.support.phone_shell import new_device, run


@pytest.fixture
def device() -> Device:
    return new_device()


def shown(device: Device) -> FakeDisplay:
    assert isinstance(device.display, FakeDisplay)
    return device.display


def test_listing(device: Device) -> None:
    run(device, "mkdir -p /sdcard/a/b; echo 12345 > /sdcard/a/f; ln -s /sdcard/a/f /data/local/tmp/l")
    assert run(device, "ls /sdcard/a").out == "b\nf\n"
    assert run(device, "ls -d /sdcard/a").out == "/sdcard/a\n"
    lines = run(device, "ls -l /sdcard/a").out.splitlines()
    assert lines[0].startswith("total ")
    assert lines[2].startswith("-rw-rw---- 1 u0_a130  media_rw          6 20")
    assert run(device, "ls -l /data/local/tmp/l").out.rstrip().endswith("/data/local/tmp/l -> /sdcard/a/f")


def test_files_move_copy_and_go(device: Device) -> None:
    run(device, "cd /data/local/tmp; mkdir d; echo x > d/f; cp -r d e; mv e/f e/g; rm -rf d")
    assert run(device, "find /data/local/tmp").out.split() == [
        "/data/local/tmp",
        "/data/local/tmp/e",
        "/data/local/tmp/e/g",
    ]
    assert run(device, "rm /data/local/tmp/none").err == "rm: /data/local/tmp/none: No such file or directory\n"
    assert run(device, "rm -f /data/local/tmp/none").code == 0
    assert run(device, "rm /data/local/tmp/e").err == "rm: /data/local/tmp/e: Is a directory\n"


def test_digest_stat_and_touch(device: Device) -> None:
    run(device, "echo -n abc > /sdcard/f; touch -d 2024-01-02T03:04:05 /sdcard/f")
    assert run(device, "toybox md5sum /sdcard/f").out == "900150983cd24fb0d6963f7d28e17f72  /sdcard/f\n"
    assert run(device, "stat -c '%s %Y %F' /sdcard/f").out == "3 1704164645 regular file\n"


def test_what_the_shell_user_may_not_touch(device: Device) -> None:
    for line, words in {
        "rm -rf /system/bin": "Read-only file system",
        "touch /data/x": "Permission denied",
        "ls /data/data": "Permission denied",
        "cat /data/app/x": "Permission denied",
    }.items():
        done = run(device, line)
        assert (done.code, words in done.err) == (1, True), line


def test_sdcard_is_a_link_to_the_shared_storage(device: Device) -> None:
    run(device, "echo x > /sdcard/DCIM/f")
    assert run(device, "cat /storage/emulated/0/DCIM/f").out == "x\n"
    assert run(device, "readlink -f /sdcard/DCIM").out == "/storage/emulated/0/DCIM\n"


def test_properties_and_settings(device: Device) -> None:
    assert run(device, "getprop ro.serialno").out == "SIM0001\n"
    assert run(device, "getprop no.such; getprop no.such default").out == "\ndefault\n"
    assert "[ro.build.type]: [user]\n" in run(device, "getprop").out
    assert run(device, "setprop ro.serialno x").code == 1
    assert run(device, "setprop debug.x 1; getprop debug.x").out == "1\n"
    assert run(device, "settings get secure nothing").out == "null\n"
    assert run(device, "settings --user 0 put global x 5; settings get global x").out == "5\n"


def test_screen_size_can_be_overridden(device: Device) -> None:
    assert run(device, "wm size").out == "Physical size: 1080x2400\n"
    assert run(device, "wm size 720x1280; wm size").out.splitlines()[1] == "Override size: 720x1280"
    assert run(device, "wm size reset; wm size").out == "Physical size: 1080x2400\n"


def test_start_prints_the_intent_and_waits(device: Device) -> None:
    line = f"am start -W -a android.intent.action.VIEW -d 'https://x.org/?a=1&b=2' -t video/mp4 --es k 'v w' {PACKAGE}"
    done = run(device, line)
    assert "Status: ok" in done.out
    assert "dat=https://x.org/?a=1&b=2 typ=video/mp4 pkg=org.example.notes (has extras) }" in done.out
    intent = shown(device).intents[-1]
    assert (intent.data, intent.package, dict(intent.extras)) == ("https://x.org/?a=1&b=2", PACKAGE, {"k": "v w"})


def test_share_intent_keeps_its_uri_and_grant(device: Device) -> None:
    uri = "content://media/external/video/media/31"
    run(
        device,
        f"am start -a android.intent.action.SEND -t video/mp4 -n {PACKAGE}/.Share --grant-read-uri-permission "
        f"--eu android.intent.extra.STREAM {uri}",
    )
    intent = shown(device).intents[-1]
    assert intent.component == f"{PACKAGE}/{PACKAGE}.Share"
    assert intent.extras == {"android.intent.extra.STREAM": uri}
    assert (intent.streams, intent.mime_type, intent.grants_read) == ((uri,), "video/mp4", True)


STREAM = "android.intent.extra.STREAM"


@pytest.mark.parametrize(
    ("words", "streams"),
    [
        (f"SEND --eu {STREAM} content://a/1 --eu {STREAM} content://a/2", ("content://a/2",)),
        (f"SEND --es {STREAM} content://a/1", ()),
        (f"SEND --esal {STREAM} content://a/1,content://a/2", ()),
        (f"SEND_MULTIPLE --eu {STREAM} content://a/1", ()),
        (f"SEND_MULTIPLE --esal {STREAM} content://a/1,content://a/2", ("content://a/1", "content://a/2")),
    ],
)
def test_a_share_brings_what_its_extras_types_allow(device: Device, words: str, streams: tuple[str, ...]) -> None:
    run(device, f"am start -n {PACKAGE}/.Share -a android.intent.action.{words}")
    intent = shown(device).intents[-1]
    assert (intent.streams, intent.grants_read) == (streams, False)


def test_uninstalled_apps_do_not_start(device: Device) -> None:
    assert run(device, f"pm uninstall {PACKAGE}").out == "Success\n"
    assert run(device, f"am start -n {PACKAGE}/.MainActivity").code == 1
    assert run(device, f"pm path {PACKAGE}").code == 1


def test_keyboards_are_chosen_only_when_they_exist_and_are_on(device: Device) -> None:
    assert run(device, "ime set com.none/.Ime").code == 1
    device.input_methods["com.android.adbkeyboard/.AdbIME"] = False
    assert run(device, "ime set com.android.adbkeyboard/.AdbIME").code == 1
    run(device, "ime enable com.android.adbkeyboard/.AdbIME; ime set com.android.adbkeyboard/.AdbIME")
    assert run(device, "settings get secure default_input_method").out == "com.android.adbkeyboard/.AdbIME\n"
    assert "mCurMethodId=com.android.adbkeyboard/.AdbIME" in run(device, "dumpsys input_method").out
    run(device, "ime reset")
    assert "LatinIME" in run(device, "settings get secure default_input_method").out


def test_adbkeyboard_types_base64_and_sets_no_result(device: Device) -> None:
    device.input_methods["com.android.adbkeyboard/.AdbIME"] = True
    device.settings["secure"]["default_input_method"] = "com.android.adbkeyboard/.AdbIME"
    run(device, f"am start {PACKAGE}; input tap 500 250")
    done = run(device, "am broadcast -a ADB_INPUT_B64 --es msg w7wg8J+YgA==")
    assert done.out.splitlines()[1] == "Broadcast completed: result=0"
    assert shown(device).text == "ü 😀"


def test_a_broadcast_to_a_keyboard_that_is_not_on_does_nothing(device: Device) -> None:
    run(device, f"am start {PACKAGE}; input tap 500 250")
    assert "result=0" in run(device, "am broadcast -a ADB_KEYBOARD_INPUT_TEXT --es text YQ==").out
    assert shown(device).text == ""


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("_display_name='a.mp4'", 1),
        ('_data="/storage/emulated/0/Movies/b.mp4"', 1),
        ("_display_name LIKE '%.mp4'", 2),
        ("_display_name='a.mp4' AND _size=1", 0),
        ("_size=2", 2),
        ("_display_name='it''s'", 0),
    ],
)
def test_media_queries(device: Device, where: str, count: int) -> None:
    for name in ("a.mp4", "b.mp4"):
        run(device, f"echo x > /sdcard/Movies/{name}")
        run(device, f"content call --uri content://media --method scan_file --arg /sdcard/Movies/{name}")
    done = run(
        device, f'content query --uri content://media/external/video/media --where "{where.replace(chr(34), chr(39))}"'
    )
    assert done.out.count("Row: ") == count


def test_media_insert_takes_integer_bindings(device: Device) -> None:
    run(device, "echo x > /sdcard/Pictures/p.jpg")
    line = "content insert --uri content://media/external/images/media"
    assert run(device, f"{line} --bind _data:s:/sdcard/Pictures/p.jpg --bind date_added:i:5").code == 0
    assert "p.jpg" in run(device, "content query --uri content://media/external/images/media").out
    assert run(device, f"{line} --bind _data:s:/sdcard/none.jpg").code == 1


def test_dump_waits_for_a_moving_screen(device: Device) -> None:
    moves = iter([True, True, False])
    shown(device).is_moving = lambda: next(moves)  # type: ignore[method-assign]
    assert (
        run(device, "uiautomator dump /data/local/tmp/d.xml").out == "UI hierchary dumped to: /data/local/tmp/d.xml\n"
    )


def test_compressed_dump_has_no_mere_layout(device: Device) -> None:
    run(device, f"am start {PACKAGE}")
    run(device, "uiautomator dump --compressed /sdcard/c.xml; uiautomator dump /sdcard/f.xml")
    compressed, full = run(device, "cat /sdcard/c.xml").out, run(device, "cat /sdcard/f.xml").out
    assert 'text="Save"' in compressed
    assert "android.view.View" in full
    assert "android.view.View" not in compressed


def test_case_i12_settings_turn_and_resize_the_display(device: Device) -> None:
    run(device, "settings put system user_rotation 1")
    assert (shown(device).width, shown(device).height) == (2400, 1080)
    run(device, "wm size 480x800; wm user-rotation lock 0")
    assert (shown(device).width, shown(device).height) == (480, 800)
    run(device, "settings put system font_scale 1.3")
    assert run(device, "settings get system font_scale").out == "1.3\n"
    assert run(device, "getprop persist.sys.locale").out == "en-US\n"
