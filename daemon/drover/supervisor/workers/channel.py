"""The supervisor's end of the ZeroMQ conversation with all workers: one ROUTER on the event loop."""

import asyncio
import os
from collections.abc import Callable

import structlog
import zmq

from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES, MalformedMessageError
from drover.wire.worker import FROM_WORKER, TO_WORKER, FromWorker, ToWorker

log = structlog.get_logger("drover.channel")

HIGH_WATER_MARK = 10_000
DRAIN_AT_ONCE = 500


def _only_own_user(sock: zmq.Socket[bytes]) -> None:
    """Refuse peers of other users by the kernel's word, where that is built in; the first lock is the directory."""
    try:
        sock.setsockopt(zmq.IPC_FILTER_UID, os.getuid())
    except zmq.ZMQError as error:
        log.debug("peer_filter_missing", why=str(error))


class WorkerChannel:
    """Binds the endpoint; gives each decoded message with its sender's identity to `receive`."""

    def __init__(self, endpoint: str, receive: Callable[[bytes, FromWorker], None]) -> None:
        self._receive = receive
        self._context = zmq.Context(io_threads=1)
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_WORKER_MESSAGE_BYTES)
        self._socket.setsockopt(zmq.SNDHWM, HIGH_WATER_MARK)
        self._socket.setsockopt(zmq.RCVHWM, HIGH_WATER_MARK)
        _only_own_user(self._socket)
        self._socket.setsockopt(zmq.LINGER, 0)  # the default would keep the process from ending
        self._socket.bind(endpoint)
        self._loop = asyncio.get_running_loop()
        self._descriptor = self._socket.FD
        self._loop.add_reader(self._descriptor, self._drain)
        self.dropped = 0

    def send(self, identity: bytes, message: ToWorker) -> bool:
        """Send; False if no such worker is connected (it ended, and its exit is or will be reported)."""
        try:
            self._socket.send_multipart([identity, TO_WORKER.encode(message)], zmq.NOBLOCK)
        except zmq.ZMQError as error:
            if error.errno in (zmq.EHOSTUNREACH, zmq.EAGAIN):
                return False
            raise
        finally:
            # The descriptor is edge-triggered: what came in while we sent is not announced again.
            self._loop.call_soon(self._drain)
        return True

    def _drain(self) -> None:
        if self._socket.closed:
            return
        for _ in range(DRAIN_AT_ONCE):
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            self._handle(frames)
        self._loop.call_soon(self._drain)  # more may wait; let others have the loop first

    def _handle(self, frames: list[bytes]) -> None:
        if len(frames) != 2:
            self.drop(frames[0], f"{len(frames)} frames, expected 2")
            return
        identity, data = frames
        try:
            message = FROM_WORKER.decode(data)
        except MalformedMessageError as error:
            self.drop(identity, str(error))
            return
        self._receive(identity, message)

    def drop(self, identity: bytes, why: str) -> None:
        """Count and log a message that is not acted upon."""
        self.dropped += 1
        log.warning("message_dropped", worker=identity.decode(errors="replace"), why=why)

    def close(self) -> None:
        self._loop.remove_reader(self._descriptor)
        self._socket.close()
        self._context.term()
