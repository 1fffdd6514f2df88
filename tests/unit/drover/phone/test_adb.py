"""The adb server's protocol against a scripted server: what arrives byte by byte, and what breaks off."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from drover.phone.adb import Adb, Deadline, ServiceRefusedError
from drover.phone.engine import PhoneError, PhoneLostError, PhoneTimeoutError

Answer = dict[str, bytes]
Start = Callable[[Answer], Adb]

TRANSPORT = "host:transport:phone-1"
FEATURES = "host-serial:phone-1:features"


def block(text: bytes) -> bytes:
    return b"%04x%s" % (len(text), text)


def packet(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + len(data).to_bytes(4, "little") + data


@pytest.fixture
def start() -> Iterator[Start]:
    """A server that answers each service by its name, then closes; unknown services are refused."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(answers: Answer) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while size := connection.recv(4, socket.MSG_WAITALL):
                    name = connection.recv(int(size, 16), socket.MSG_WAITALL).decode()
                    connection.sendall(answers.get(name, b"FAIL" + block(b"closed")))
                    if name != TRANSPORT:
                        break

    def start_one(answers: Answer) -> Adb:
        threads.append(threading.Thread(target=serve, args=({TRANSPORT: b"OKAY", **answers},)))
        threads[-1].start()
        return Adb("phone-1", port=listener.getsockname()[1])

    yield start_one
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for thread in threads:
        thread.join(5)


V2: Answer = {FEATURES: b"OKAY" + block(b"cmd,shell_v2,stat_v2")}
V1: Answer = {FEATURES: b"OKAY" + block(b"cmd")}


def test_shell_v2_keeps_streams_and_exit_code_apart(start: Start) -> None:
    said = packet(1, b"out") + packet(2, b"err") + packet(1, b"put") + packet(3, b"\x07")
    output = start(V2 | {"shell,v2,raw:ls '/a b'": b"OKAY" + said}).shell(["ls", "/a b"], timeout_s=5)
    assert (output.stdout, output.stderr, output.exit_code) == (b"output", b"err", 7)
    assert (output.text, output.both) == ("output", "output\nerr")


def test_old_phones_are_asked_by_exec(start: Start) -> None:
    adb = start(V1 | {"exec:true; echo drover-exit:$?": b"OKAYpicture\r\n\x00drover-exit:3\n"})
    output = adb.shell(["true"], timeout_s=5)
    assert (output.stdout, output.exit_code) == (b"picture\r\n\x00", 3)


@pytest.mark.parametrize("said", [b"", packet(1, b"out"), packet(1, b"output")[:7], b"\x03"])
def test_a_shell_without_its_exit_code_is_a_lost_phone(start: Start, said: bytes) -> None:
    adb = start(V2 | {"shell,v2,raw:true": b"OKAY" + said})
    with pytest.raises(PhoneLostError, match="phone-1"):
        adb.shell(["true"], timeout_s=5)


@pytest.mark.parametrize("said", [b"", b"output", b"drover-exit:", b"drover-exit:x"])
def test_an_exec_without_its_exit_code_is_a_lost_phone(start: Start, said: bytes) -> None:
    adb = start(V1 | {"exec:true; echo drover-exit:$?": b"OKAY" + said})
    with pytest.raises(PhoneLostError, match="phone-1"):
        adb.shell(["true"], timeout_s=5)


@pytest.mark.parametrize(
    "words", ["device offline", "device 'phone-1' not found", "device unauthorized.\nPlease check", "no devices found"]
)
def test_what_adb_says_of_a_lost_phone(start: Start, words: str) -> None:
    adb = start(V2 | {TRANSPORT: b"FAIL" + block(words.encode())})
    with pytest.raises(PhoneLostError, match=words[:14]):
        adb.shell(["true"], timeout_s=5)


def test_a_refused_service_is_not_a_lost_phone(start: Start) -> None:
    with pytest.raises(ServiceRefusedError, match="could not open tcp: closed"):
        start({}).open("tcp:9008", Deadline(5))


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"OKAYzzzz", b"FAIL----"])
def test_what_is_no_adb_server_is_an_error(start: Start, said: bytes) -> None:
    with pytest.raises(PhoneError, match="phone-1"):
        start({FEATURES: said}).shell(["true"], timeout_s=5)


def test_an_unexpected_number_of_answers_is_an_error(start: Start) -> None:
    line = "shell,v2,raw:a; echo '-- drover --'; b; echo '-- drover --'"
    adb = start(V2 | {line: b"OKAY" + packet(1, b"1\n-- drover --\n") + packet(3, b"\0")})
    with pytest.raises(PhoneError, match="unexpected answer"):
        adb.shell_all([["a"], ["b"]], timeout_s=5)


def test_calls_are_counted_where_the_phone_is_asked(start: Start) -> None:
    adb = start(V2 | {"shell,v2,raw:true": b"OKAY" + packet(3, b"\0")})
    for _ in range(3):
        adb.shell(["true"], timeout_s=5)
    assert adb.calls == 3


def test_a_passed_deadline_ends_a_call_before_it_begins(start: Start) -> None:
    with pytest.raises(PhoneTimeoutError):
        start(V2).shell(["true"], timeout_s=0)


def test_a_lost_phone_is_told_in_one_line_without_adbs_advice_to_kill_the_server(start: Start) -> None:
    said = b"device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is /x\nTry 'adb kill-server' if that seems wrong."
    adb = start({TRANSPORT: b"FAIL" + block(said), FEATURES: b"FAIL" + block(said)})
    with pytest.raises(PhoneLostError) as caught:
        adb.shell(["true"], timeout_s=5)
    assert str(caught.value).startswith("phone-1: adb says: device unauthorized. Check")
    assert "\n" not in str(caught.value)
    assert "kill-server" not in str(caught.value)
