"""One connected control socket: connecting, the peer's uid, whole frames with deadlines. Knows no request."""

import os
import select
import socket
import time
from pathlib import Path

from drover import unix_socket
from drover.client.errors import DaemonUnreachableError, UntrustedPeerError
from drover.framing import HEAD_BYTES, length_of, pack
from drover.wire.codec import MAX_FRAME_BYTES


class FrameLostError(Exception):
    """No whole frame came: closed by the peer, over the cap, or too late."""


class Transport:
    """A connected socket that carries the frames of framing.py."""

    def __init__(self, path: Path, *, timeout_s: float) -> None:
        """Connect; raises DaemonUnreachableError at once when no process listens, UntrustedPeerError for one of another
        user."""
        self._socket = connected(path, timeout_s=timeout_s)

    def send(self, data: bytes, *, timeout_s: float) -> None:
        """Send one frame; OSError means that the peer did not get all of it, so it cannot have acted on it."""
        self._socket.settimeout(timeout_s)
        self._socket.sendall(pack(data))

    def receive(self, *, timeout_s: float | None) -> bytes:
        """The next frame's bytes; raises FrameLostError. After it the transport is of no more use."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        length = length_of(self._exactly(HEAD_BYTES, deadline))
        if length > MAX_FRAME_BYTES:
            raise FrameLostError(f"a frame of {length} bytes was announced, more than the cap of {MAX_FRAME_BYTES}")
        return self._exactly(length, deadline)

    def readable(self, *, timeout_s: float | None) -> bool:
        """Whether something, or the peer's end, can be read within the time."""
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        return bool(poller.poll(None if timeout_s is None else max(0, round(timeout_s * 1000))))

    def close(self) -> None:
        self._socket.close()

    def _exactly(self, count: int, deadline: float | None) -> bytes:
        buffer = bytearray()
        while len(buffer) < count:
            self._socket.settimeout(None if deadline is None else max(0.001, deadline - time.monotonic()))
            try:
                piece = self._socket.recv(min(count - len(buffer), 1 << 20))
            except TimeoutError:
                raise FrameLostError("no answer came in time") from None
            except OSError as error:
                raise FrameLostError(f"the connection broke: {error.strerror}") from None
            if not piece:
                raise FrameLostError("the daemon closed the connection")
            buffer += piece
        return bytes(buffer)


def connected(path: Path, *, timeout_s: float) -> socket.socket:
    """A socket that is connected to the daemon, whose user is ours; raises DaemonUnreachableError, UntrustedPeerError.

    With `timeout_s` 0 it never waits, and neither does the socket.
    """
    sock = _connect(path, timeout_s)
    try:
        _check_peer(sock, path)
    except BaseException:
        sock.close()
        raise
    return sock


def _connect(path: Path, timeout_s: float) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(timeout_s)
    try:
        sock.connect(os.fspath(path))
    except OSError as error:
        sock.close()
        why = error.strerror or str(error)
        raise DaemonUnreachableError(
            f"no daemon answers at {path} ({why}). Start one with: droverd; if it uses another runtime directory, "
            "name its socket (--socket, or DROVER_RUNTIME_DIR)"
        ) from None
    return sock


def _check_peer(sock: socket.socket, path: Path) -> None:
    """Refuse a server of another user: it could read what we ask and make up what it answers."""
    uid, me = unix_socket.peer_of(sock).uid, os.geteuid()
    if me != 0 and uid not in (me, 0):
        raise UntrustedPeerError(f"the process behind {path} belongs to user {uid}, not to you ({me}): not used")
