"""Many phones, the `phonesim` command, and adb servers that die under them."""

import signal
import subprocess
import sys
import time

import pytest

from tests.support.adb import AdbServer
from tests.support.fake_display import FakeDisplay
from tests.support.phones import PhoneFarm, PhoneProcess, wait_until


def states(server: AdbServer) -> list[str]:
    return [line.split("\t")[1] for line in server.run("devices").stdout.decode().splitlines() if "\t" in line]


def test_phones_are_attached_again_after_the_adb_server_died() -> None:
    with AdbServer() as server, PhoneFarm(server, 3, make_display=FakeDisplay) as farm:
        server.kill()
        server.start()
        wait_until(lambda: states(server) == ["device"] * 3, what="three phones")
        assert server.device(farm.phones[2].serial).shell("getprop ro.serialno") == "SIM0003"


def test_a_disconnected_phone_is_attached_again(adb_server: AdbServer) -> None:
    with PhoneFarm(adb_server, 1, make_display=FakeDisplay) as farm:
        adb_server.client().disconnect(farm.phones[0].serial)
        device = adb_server.device(farm.phones[0].serial)
        wait_until(lambda: any(d.serial == device.serial for d in adb_server.client().device_list()), what="the phone")
        assert device.shell("echo back") == "back"


def test_a_hundred_phones_attach_within_seconds() -> None:
    with AdbServer() as server:
        started = time.monotonic()
        with PhoneFarm(server, 100, make_display=FakeDisplay) as farm:
            assert states(server) == ["device"] * 100
            assert time.monotonic() - started < 10
            assert len({server.device(phone.serial).shell("getprop ro.serialno") for phone in farm.phones[::20]}) == 5


def test_the_command_runs_phones_until_it_is_told_to_end() -> None:
    with AdbServer() as server:
        phones = PhoneProcess(server, 2, "--language", "en", "--language", "fr", "--latency-ms", "5")
        assert [(phone.serialno, phone.language) for phone in phones.phones] == [("SIM0001", "en"), ("SIM0002", "fr")]
        assert server.device(phones.phones[1].serial).getprop("ro.product.locale") == "fr-FR"
        assert phones.state("SIM0001")["faults"] == {"latency": {"ms": 5}}
        assert phones.stop() == 0
        assert states(server) == []


def test_the_command_ends_while_it_waits_for_an_adb_server() -> None:
    with AdbServer() as server:
        port = server.port
    waiting = subprocess.Popen(
        [sys.executable, "-m", "phonesim", "--adb", f"127.0.0.1:{port}"], stderr=subprocess.PIPE, text=True
    )
    assert waiting.stderr is not None
    with waiting.stderr:
        assert "no adb server" in waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(10) == 0


def test_state_takes_quoted_serials_and_refuses_other_methods(farm: PhoneFarm) -> None:
    serial = farm.phones[0].serial
    assert farm.state(serial.replace(":", "%3A"))["serial"] == serial
    with pytest.raises(ValueError, match="no route"):
        farm.request("PUT", "phones")
    with pytest.raises(ValueError, match="`faults` lists"):
        farm.fault(serial, "gremlins")
