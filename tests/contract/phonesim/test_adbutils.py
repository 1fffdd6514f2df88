"""adbutils' device API against a simulated phone, method by method."""

import io
import time
from pathlib import Path

import adbutils
import pytest
from adbutils.errors import AdbError, AdbInstallError, AdbSyncError
from PIL import Image

from tests.support.adb import AdbServer
from tests.support.fake_display import BUTTON, FIELD, LAUNCHER, PACKAGE, FakeDisplay

# adbutils leaves some of its sockets and files to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
KEYBOARD_APK = "app-uiautomator.apk"


def center(bounds: tuple[int, int, int, int]) -> tuple[int, int]:
    return (bounds[0] + bounds[2]) // 2, (bounds[1] + bounds[3]) // 2


def keyboard_apk() -> Path:
    import uiautomator2

    return Path(uiautomator2.__file__).parent / "assets" / KEYBOARD_APK


def test_identity(device: adbutils.AdbDevice, serial: str) -> None:
    assert device.get_state() == "device"
    assert device.get_serialno() == serial
    assert "shell_v2" in device.get_features().split(",")
    assert device.getprop("ro.serialno") == "SIM0001"
    assert device.prop.model == device.getprop("ro.product.model") != ""
    assert int(device.getprop("ro.build.version.sdk")) >= 29
    assert device.prop.get("ro.product.device", cache=False) == device.prop.device
    assert device.prop.name == device.getprop("ro.product.name")
    assert device.get_devpath() == "unknown", "a cable's address, which a phone of the network has not"
    assert device.info == {"serialno": device.serial, "devpath": "unknown", "state": "device"}


def test_shell_quotes_a_list_so_that_each_item_is_one_word(device: adbutils.AdbDevice) -> None:
    words = ["a b", "it's", '"$HOME"', "`id`", "a;b|c&d>e", "*", "~", "é 😀", "new\nline", "\\n"]
    assert device.shell(["printf", "[%s]" * len(words), *words]) == "".join(f"[{word}]" for word in words)


def test_shell2_returns_code_and_both_outputs(device: adbutils.AdbDevice) -> None:
    done = device.shell2("echo out; echo err >&2; false", v2=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "out\n", "err\n")
    assert device.shell2("echo x; (exit 3)").returncode == 3


def test_shell_stream_ends_when_it_is_closed(device: adbutils.AdbDevice) -> None:
    started = time.monotonic()
    stream = device.shell("sleep 60", stream=True)
    stream.close()
    assert device.shell("echo alive") == "alive"
    assert time.monotonic() - started < 5


def test_sync_push_stat_list_pull(device: adbutils.AdbDevice, tmp_path: Path) -> None:
    data = b"0123456789" * 20_000
    assert device.sync.push(data, "/sdcard/Download/deep/er/file.bin", check=True) == len(data)
    info = device.sync.stat("/sdcard/Download/deep/er/file.bin")
    assert info.size == len(data)
    assert info.mtime is not None
    assert abs(info.mtime.timestamp() - time.time()) < 60
    assert [entry.path for entry in device.sync.iter_directory("/sdcard/Download/deep/er")] == [".", "..", "file.bin"]
    assert device.sync.read_bytes("/sdcard/Download/deep/er/file.bin") == data
    assert device.sync.pull("/sdcard/Download/deep", tmp_path / "deep") == len(data)
    assert not device.sync.exists("/sdcard/nothing")


def test_sync_of_files_folders_and_text(device: adbutils.AdbDevice, tmp_path: Path) -> None:
    here, there = tmp_path / "hi.txt", "/data/local/tmp/世界.txt"
    here.write_text("żółć")
    assert device.sync.push(here, there, mode=0o600) == len("żółć".encode())
    assert device.sync.read_text(there) == b"".join(device.sync.iter_content(there)).decode() == "żółć"
    assert device.sync.pull_file(there, tmp_path / "back.txt") == len("żółć".encode())
    # Typed as texts by the library, which gives what `iter_directory` does.
    assert [str(entry) for entry in device.sync.list("/data/local/tmp") if "'世界.txt'" in str(entry)]
    with pytest.raises(AdbSyncError):
        device.sync.push(b"no name to write it under", "/data/local/tmp")
    with pytest.warns(DeprecationWarning, match="push is deprecated"):
        device.push(str(here), "/sdcard/Music/deep/hi.txt")
    assert device.sync.pull_dir("/sdcard/Music", tmp_path / "music") == len("żółć".encode())
    assert (tmp_path / "music" / "deep" / "hi.txt").read_text() == "żółć"
    device.remove(there)
    device.rmtree("/sdcard/Music/deep")


def test_remove_and_rmtree(device: adbutils.AdbDevice) -> None:
    device.sync.push(b"x", "/data/local/tmp/tree/file")
    device.remove("/data/local/tmp/tree/file")
    device.rmtree("/data/local/tmp/tree")
    assert not device.sync.exists("/data/local/tmp/tree")


def test_apps(device: adbutils.AdbDevice, display: FakeDisplay) -> None:
    assert PACKAGE in device.list_packages(["-3"])
    assert "android" not in device.list_packages(["-3"])
    device.app_start(PACKAGE)
    assert device.app_current().package == PACKAGE
    device.app_stop(PACKAGE)
    assert device.app_current().package == LAUNCHER
    device.app_start(PACKAGE, ".MainActivity")
    assert device.app_current().activity == f"{PACKAGE}.MainActivity"
    info = device.app_info(PACKAGE)
    assert info is not None
    assert info.version_name == "43.1.4"
    assert device.app_info("org.example.none") is None
    described = device.package_info(PACKAGE)
    assert described is not None
    assert described["version_name"] == "43.1.4"
    device.app_clear(PACKAGE)


def test_start_of_an_unknown_app_says_so(device: adbutils.AdbDevice) -> None:
    done = device.shell2(["am", "start", "-n", "org.none/.Main"])
    assert done.returncode == 1
    assert "does not exist" in done.output
    done = device.shell2(["monkey", "-p", "org.none", "-c", "android.intent.category.LAUNCHER", "1"])
    assert "monkey aborted" in done.output


def test_open_browser_carries_the_address(device: adbutils.AdbDevice, display: FakeDisplay) -> None:
    device.open_browser("https://www.example.org/@user?a=1&b=2")
    assert display.intents[-1].data == "https://www.example.org/@user?a=1&b=2"


def test_touch_keys_and_text(device: adbutils.AdbDevice, display: FakeDisplay) -> None:
    device.app_start(PACKAGE)
    device.click(*center(FIELD))
    device.send_keys("hello%sworld")
    device.keyevent("DEL")
    device.click(*center(BUTTON))
    device.swipe(500, 1800, 500, 600, 0.05)
    device.drag(1, 2, 3, 4, 0.01)
    device.keyevent("HOME")
    device.volume_up(1)
    device.volume_down(1)
    device.volume_mute()
    assert display.saved == ["hello worl"]
    assert [code for name, code, *_ in display.events if name == "key"][-3:] == [24, 25, 164]
    assert ("swipe", 500, 1800, 500, 600) in display.events
    assert display.package == LAUNCHER


def test_text_that_is_not_ascii_is_refused(device: adbutils.AdbDevice) -> None:
    assert device.shell2(["input", "text", "é"]).returncode == 255


def test_screen(device: adbutils.AdbDevice, display: FakeDisplay) -> None:
    assert tuple(device.window_size()) == (1080, 2400)
    assert device.rotation() == 0
    picture = device.screenshot(error_ok=False)
    assert picture.size == (1080, 2400)
    assert device.screenshot(display_id=0, error_ok=False).size == (1080, 2400)
    device.app_start(PACKAGE)
    assert 'text="Save"' in device.dump_hierarchy()
    device.switch_screen(enable=False)
    assert not device.is_screen_on()
    device.switch_screen(enable=True)
    assert device.is_screen_on()


def test_a_dark_screen_takes_no_touch(device: adbutils.AdbDevice, display: FakeDisplay) -> None:
    device.switch_screen(enable=False)
    device.click(5, 6)
    device.switch_screen(enable=True)
    assert ("tap", 5, 6) not in display.events


def test_settings_battery_and_network(device: adbutils.AdbDevice) -> None:
    device.brightness_value = 33
    assert device.brightness_value == 33
    device.brightness_mode = adbutils.BrightnessMode.AUTO
    assert device.brightness_mode is adbutils.BrightnessMode.AUTO
    device.switch_wifi(enable=False)
    assert device.shell("settings get global wifi_on") == "0"
    device.switch_wifi(enable=True)
    device.switch_airplane(enable=False)
    assert device.battery().level == 86
    assert device.wlan_ip().startswith("192.168.")


def test_install_and_uninstall(device: adbutils.AdbDevice, adb_server: AdbServer, serial: str) -> None:
    device.install(str(keyboard_apk()), nolaunch=True, silent=True)
    assert "com.github.uiautomator" in device.list_packages(["-3"])
    assert device.app_info("com.github.uiautomator") is not None
    device.uninstall("com.github.uiautomator")
    device.sync.push(keyboard_apk(), "/data/local/tmp/keyboard.apk")
    device.install_remote("/data/local/tmp/keyboard.apk", clean=True)
    assert not device.sync.exists("/data/local/tmp/keyboard.apk")
    with pytest.raises(AdbInstallError, match="failed to open file"):
        device.install_remote("/data/local/tmp/keyboard.apk")
    device.uninstall("com.github.uiautomator")
    assert "com.github.uiautomator" not in device.list_packages()
    done = adb_server.run("install", str(keyboard_apk()), serial=serial)
    assert (done.returncode, b"Success" in done.stdout) == (0, True)
    assert adb_server.run("uninstall", "com.github.uiautomator", serial=serial).returncode == 0


def test_install_of_what_is_no_apk_fails(adb_server: AdbServer, serial: str, tmp_path: Path) -> None:
    (tmp_path / "bad.apk").write_bytes(b"not a zip")
    done = adb_server.run("install", str(tmp_path / "bad.apk"), serial=serial)
    assert done.returncode == 1
    assert b"INSTALL_PARSE_FAILED_NOT_APK" in done.stdout + done.stderr


def test_ports(device: adbutils.AdbDevice) -> None:
    port = device.forward_port(9008)
    assert [(item.local, item.remote) for item in device.forward_list()] == [(f"tcp:{port}", "tcp:9008")]
    device.forward("tcp:0", "localabstract:chosen")
    with pytest.raises(AdbError, match="cannot rebind"):
        device.forward(f"tcp:{port}", "tcp:9009", norebind=True)
    device.forward_remove(f"tcp:{port}")
    with pytest.raises(AdbError, match="not found"):
        device.forward_remove(f"tcp:{port}")
    assert [item.remote for item in device.forward_list()] == ["localabstract:chosen"]
    device.forward_remove_all()
    assert device.forward_list() == []
    with pytest.raises(AdbError, match="closed"):
        device.create_connection(adbutils.Network.TCP, 9008)
    with pytest.raises(AdbError, match="closed"):
        device.create_connection(adbutils.Network.LOCAL_ABSTRACT, "minicap")
    device.reverse("tcp:7001", "tcp:7002")
    assert [(item.remote, item.local) for item in device.reverse_list()] == [("tcp:7001", "tcp:7002")]
    with pytest.raises(AdbError, match="cannot rebind"):
        device.reverse("tcp:7001", "tcp:7003", norebind=True)
    device.reverse("localabstract:there", "tcp:7004")
    device.reverse_remove("tcp:7001")
    with pytest.raises(AdbError, match="not found"):
        device.reverse_remove("tcp:7001")
    assert [item.remote for item in device.reverse_list()] == ["localabstract:there"]
    device.reverse_remove_all()
    assert device.reverse_list() == []


def test_what_restarts_the_phones_adbd_is_answered_and_the_phone_stays(device: adbutils.AdbDevice) -> None:
    assert "cannot run as root in production builds" in str(device.root())
    assert device.tcpip(5555) == "restarting in TCP mode port: 5555\n"
    assert device.tcpip(0) == "invalid port 0\n"
    assert device.get_state() == "device"


def test_media_row_appears_after_a_scan(device: adbutils.AdbDevice) -> None:
    path = "/sdcard/DCIM/Camera/clip-1.mp4"
    videos = ["--uri", "content://media/external/video/media"]
    query = ["content", "query", *videos, "--projection", "_id:_data:_display_name"]
    device.sync.push(b"video", path)
    assert device.shell(query) == "No result found."
    device.shell(["content", "call", "--uri", "content://media", "--method", "scan_file", "--arg", path])
    row = device.shell(query)
    assert "_data=/storage/emulated/0/DCIM/Camera/clip-1.mp4, _display_name=clip-1.mp4" in row
    device.shell(["content", "delete", *videos, "--where", "_display_name='clip-1.mp4'"])
    assert device.shell(query) == "No result found."
    assert not device.sync.exists(path)


def test_exec_out_screencap_is_a_png(adb_server: AdbServer, serial: str) -> None:
    png = adb_server.run("exec-out", "screencap", "-p", serial=serial).stdout
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1080, 2400))
