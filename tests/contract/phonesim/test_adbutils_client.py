"""adbutils' client, and what its devices do by the server and its program, with a simulated phone behind."""

from itertools import islice

import adbutils
import pytest
from adbutils.errors import AdbError, AdbTimeout

from tests.support.adb import AdbServer
from tests.support.phones import PhoneFarm, wait_until

# adbutils leaves some of its sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def client(adb_server: AdbServer) -> adbutils.AdbClient:
    return adb_server.client()


def test_lists_phones_and_names_them(client: adbutils.AdbClient, adb_server: AdbServer, plain_farm: PhoneFarm) -> None:
    serials = {phone.serial for phone in plain_farm.phones}
    assert (client.host, client.port) == ("127.0.0.1", adb_server.port)
    assert client.server_version() >= 41
    found = {info.serial: info for info in client.list(extended=True)}
    assert serials <= set(found)
    assert {device.serial for device in client.device_list()} == {device.serial for device in client.iter_device()}
    info = found[plain_farm.phones[0].serial]
    device = client.device(transport_id=int(info.tags["transport_id"]))
    assert (info.state, device.prop.model) == ("device", info.tags["model"].replace("_", " "))


def test_waits_for_a_phone_of_the_network(client: adbutils.AdbClient, serial: str) -> None:
    client.wait_for(serial, state="device", timeout=10)
    client.wait_for(serial, transport="local", state="device", timeout=10)
    client.wait_for("127.0.0.1:1", state="disconnect", timeout=10)
    with pytest.raises(AdbTimeout):
        client.wait_for(serial, state="bootloader", timeout=0.2)


def test_connects_disconnects_and_tracks(client: adbutils.AdbClient, plain_farm: PhoneFarm) -> None:
    serial = plain_farm.phones[1].serial
    assert client.connect(serial) == f"already connected to {serial}"
    tracked = client.track_devices()
    seen = {event.serial for event in islice(tracked, len(client.list()))}
    assert serial in seen
    assert client.disconnect(serial) == f"disconnected {serial}"
    gone = next(event for event in tracked if event.serial == serial)
    assert not gone.present
    back = next(event for event in tracked if event.serial == serial and event.status == "device")
    assert back.present, "phonesim attaches it again"
    with pytest.raises(AdbError, match="no such device"):
        client.disconnect("127.0.0.1:1", raise_error=True)


def test_a_reboot_takes_the_phone_away_and_brings_it_back(client: adbutils.AdbClient, plain_farm: PhoneFarm) -> None:
    serial = plain_farm.phones[1].serial
    device = client.device(serial)
    device.reboot()
    client.wait_for(serial, state="disconnect", timeout=10)
    client.wait_for(serial, state="device", timeout=10)
    wait_until(lambda: device.getprop("sys.boot_completed") == "1", what="the boot's end")


def test_what_a_client_does_for_a_serial(client: adbutils.AdbClient, serial: str) -> None:
    assert client.sync(serial).exists("/sdcard")
    client.forward(serial, "tcp:0", "tcp:9008")
    assert [item.remote for item in client.forward_list(serial)] == ["tcp:9008"]
    client.device(serial).forward_remove_all()
    with client.make_connection(timeout=5) as connection:
        connection.send_command("host:version")
        connection.check_okay()
    with pytest.warns(DeprecationWarning, match="use AdbDevice.shell"):
        assert client.shell(serial, "echo still") == "still"
    with pytest.warns(DeprecationWarning, match="use Device.reverse instead"):
        client.reverse(serial, "tcp:7001", "tcp:7002")
    device = client.device(serial)
    wait_until(lambda: [item.local for item in device.reverse_list()] == ["tcp:7002"], what="the reverse forward")
    with pytest.warns(DeprecationWarning, match="use Device.reverse_list"):
        client.reverse_list(serial)
    device.reverse_remove_all()


def test_streams_and_adbs_own_program(
    device: adbutils.AdbDevice, adb_server: AdbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert device.open_shell(["echo", "-n", "a  b"]).read_until_close() == "a  b"
    with device.open_transport("get-state") as connection:
        assert connection.read_string_block() == "device"
    for name in ("HOME", "ADB_VENDOR_KEYS", "ANDROID_ADB_SERVER_PORT"):
        monkeypatch.setenv(name, adb_server.environment[name])
    assert device.adb_output("get-state") == "device\n"
    with pytest.raises(OSError, match="subprocess"):
        device.adb_output("shell", "exit 3")


def test_a_server_is_told_to_end() -> None:
    with AdbServer() as server:
        server.client().server_kill()
        wait_until(server.ended, what="the adb server's end")
