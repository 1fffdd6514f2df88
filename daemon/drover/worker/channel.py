"""The worker's end of the ZeroMQ conversation. One thread owns the socket; any thread may send through it."""

import os
import queue
from collections.abc import Callable

import structlog
import zmq

from drover.wire.codec import MalformedMessageError
from drover.wire.worker import FROM_WORKER, TO_WORKER, FromWorker, ToWorker

log = structlog.get_logger("drover.worker")

HIGH_WATER_MARK = 1000


class Channel:
    """A DEALER to the supervisor. `pump` runs in the owning thread; `send` may be called from any."""

    def __init__(self, endpoint: str, identity: bytes, *, max_bytes: int) -> None:
        self._context = zmq.Context(io_threads=1)
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.IDENTITY, identity)
        self._socket.setsockopt(zmq.SNDHWM, HIGH_WATER_MARK)
        self._socket.setsockopt(zmq.RCVHWM, HIGH_WATER_MARK)
        self._socket.setsockopt(zmq.MAXMSGSIZE, max_bytes)
        self._socket.setsockopt(zmq.LINGER, 500)  # time for the last Ended; the default would wait for ever
        self._socket.connect(endpoint)
        self._outbox: queue.SimpleQueue[FromWorker] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._wake_read, zmq.POLLIN)

    def send(self, message: FromWorker) -> None:
        """Queue a message; the owning thread sends it at once."""
        self._outbox.put(message)
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    def pump(self, timeout_s: float, receive: Callable[[ToWorker], None]) -> None:
        """Wait for at most `timeout_s`, give every message that came to `receive`, send what was queued."""
        ready = dict(self._poller.poll(round(timeout_s * 1000)))
        if self._wake_read in ready:
            os.read(self._wake_read, 65536)
        if self._socket in ready:
            self._receive_all(receive)
        self.flush()

    def flush(self) -> None:
        """Send what was queued. For the owning thread."""
        while not self._outbox.empty():
            self._socket.send(FROM_WORKER.encode(self._outbox.get_nowait()))

    def _receive_all(self, receive: Callable[[ToWorker], None]) -> None:
        while True:
            try:
                data = self._socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                message = TO_WORKER.decode(data)
            except MalformedMessageError as error:
                log.warning("message_dropped", why=str(error))
                continue
            receive(message)

    def close(self) -> None:
        """Send what is queued and let go of the socket."""
        self.flush()
        self._socket.close()
        self._context.term()
