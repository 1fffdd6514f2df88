"""The command-line adb against a simulated phone: what a user types works as on a phone."""

import urllib.request
from pathlib import Path

import uiautomator2

from tests.support.adb import AdbServer
from tests.support.fake_display import FakeDisplay
from tests.support.phones import PhoneFarm, wait_until


def test_devices_names_product_model_and_device(adb_server: AdbServer, plain_farm: PhoneFarm) -> None:
    listing = adb_server.run("devices", "-l").stdout.decode()
    for phone in plain_farm.phones:
        line = next(line for line in listing.splitlines() if line.startswith(phone.serial))
        assert " device " in line
        assert "product:" in line
        assert "model:" in line


def test_connect_again_says_already_connected(adb_server: AdbServer, serial: str) -> None:
    assert adb_server.run("connect", serial).stdout.decode().strip() == f"already connected to {serial}"


def test_shell_keeps_stdout_stderr_and_exit_code_apart(adb_server: AdbServer, serial: str) -> None:
    done = adb_server.run("shell", "echo out; echo err >&2; (exit 7)", serial=serial)
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 7)


def test_unknown_command_is_127_with_the_shells_words(adb_server: AdbServer, serial: str) -> None:
    done = adb_server.run("shell", "nc -l 1", serial=serial)
    assert done.returncode == 127
    assert done.stderr == b"/system/bin/sh: nc: inaccessible or not found\n"


def test_shell_reads_its_input(adb_server: AdbServer, serial: str) -> None:
    done = adb_server.run("shell", "grep -c b", serial=serial, data=b"abc\nxyz\nb\n")
    assert done.stdout == b"2\n"


def test_shell_without_a_command_runs_what_it_reads(adb_server: AdbServer, serial: str) -> None:
    done = adb_server.run("shell", serial=serial, data=b"echo one\nexit\n")
    assert done.stdout == b"one\n"


def test_push_and_pull_keep_bytes(adb_server: AdbServer, serial: str, tmp_path: Path) -> None:
    data = bytes(range(256)) * 12_345
    (tmp_path / "in.bin").write_bytes(data)
    assert adb_server.run("push", str(tmp_path / "in.bin"), "/sdcard/Download/", serial=serial).returncode == 0
    assert adb_server.run("pull", "/sdcard/Download/in.bin", str(tmp_path / "out.bin"), serial=serial).returncode == 0
    assert (tmp_path / "out.bin").read_bytes() == data


def test_push_and_pull_of_folders(adb_server: AdbServer, serial: str, tmp_path: Path) -> None:
    source = tmp_path / "tree"
    (source / "deep" / "empty").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "deep" / "ünï.txt").write_text("b")
    assert adb_server.run("push", str(source), "/data/local/tmp/", serial=serial).returncode == 0
    assert adb_server.run("pull", "/data/local/tmp/tree", str(tmp_path / "back"), serial=serial).returncode == 0
    assert (tmp_path / "back" / "a.txt").read_text() == "a"
    assert (tmp_path / "back" / "deep" / "ünï.txt").read_text() == "b"


def test_push_to_the_system_is_refused(adb_server: AdbServer, serial: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    done = adb_server.run("push", str(tmp_path / "x"), "/system/x", serial=serial)
    assert done.returncode == 1
    assert b"Read-only file system" in done.stderr


def test_pull_of_nothing_is_refused(adb_server: AdbServer, serial: str, tmp_path: Path) -> None:
    done = adb_server.run("pull", "/sdcard/none", str(tmp_path / "x"), serial=serial)
    assert done.returncode == 1
    assert b"No such file or directory" in done.stderr


def test_root_is_refused_as_on_a_production_build(adb_server: AdbServer, serial: str) -> None:
    assert b"adbd cannot run as root in production builds" in adb_server.run("root", serial=serial).stdout


def test_logcat_prints_the_log(adb_server: AdbServer, serial: str) -> None:
    adb_server.run("shell", "log -t drover hello", serial=serial)
    assert b" I drover  : hello\n" in adb_server.run("logcat", "-d", serial=serial).stdout
    # The client sends its filter both as words and as ANDROID_LOG_TAGS.
    assert adb_server.run("logcat", "-d", "-s", "other", serial=serial).stdout == b""


def test_a_terminal_gets_a_prompt_and_an_echo(adb_server: AdbServer, serial: str) -> None:
    done = adb_server.run("shell", "-tt", serial=serial, data=b"echo one\nexit\n")
    assert b" $ " in done.stdout


def test_exec_in_writes_all_it_is_sent(adb_server: AdbServer, serial: str) -> None:
    data = bytes(range(256)) * 4000
    adb_server.run("exec-in", "cat > /data/local/tmp/streamed", serial=serial, data=data)
    device = adb_server.device(serial)
    wait_until(lambda: device.sync.stat("/data/local/tmp/streamed").size == len(data), what="the file")
    assert device.sync.read_bytes("/data/local/tmp/streamed") == data


def test_reconnect_brings_the_phone_back(adb_server: AdbServer, serial: str) -> None:
    adb_server.run("reconnect", serial=serial)
    adb_server.run("wait-for-device", serial=serial)
    assert adb_server.run("get-state", serial=serial).stdout == b"device\n"


def test_connect_and_disconnect_of_a_phone_that_nobody_keeps_attached(adb_server: AdbServer) -> None:
    with PhoneFarm(None, 1, make_display=FakeDisplay) as farm:
        serial = farm.phones[0].serial
        assert adb_server.run("connect", serial).stdout.decode().strip() == f"connected to {serial}"
        assert adb_server.run("shell", "getprop", "ro.serialno", serial=serial).stdout == b"SIM0001\n"
        assert adb_server.run("disconnect", serial).stdout.decode().strip() == f"disconnected {serial}"
        assert not farm.state(serial)["attached"]
        farm.fault(serial, "unplug")
        assert b"failed to connect" in adb_server.run("connect", serial).stdout


def test_forward_reaches_a_port_of_the_phone(adb_server: AdbServer, serial: str, tmp_path: Path) -> None:
    jar = Path(uiautomator2.__file__).parent / "assets" / "u2.jar"
    assert adb_server.run("push", str(jar), "/data/local/tmp/u2.jar", serial=serial).returncode == 0
    server = adb_server.device(serial).shell(
        "CLASSPATH=/data/local/tmp/u2.jar app_process / com.wetest.uia2.Main -p 9018", stream=True
    )
    port = int(adb_server.run("forward", "tcp:0", "tcp:9018", serial=serial).stdout)
    try:

        def ping() -> bytes | None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5) as answer:
                    return bytes(answer.read())
            except OSError:
                return None

        assert wait_until(ping, what="an answer through the forward") == b"pong"
        listed = adb_server.run("forward", "--list").stdout.decode()
        assert f"{serial} tcp:{port} tcp:9018" in listed
    finally:
        adb_server.run("forward", "--remove", f"tcp:{port}", serial=serial)
        server.close()
