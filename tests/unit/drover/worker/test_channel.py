"""The worker's end of the conversation: any thread may send, nothing malformed ends it, the last word is sent."""

import threading
from collections.abc import Iterator

import pytest

from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES
from drover.wire.worker import Heartbeat, Probe, Shutdown, StopAttempt, ToWorker
from drover.worker.channel import Channel
from tests.support.worker_endpoint import WorkerEndpoint, worker_endpoint

IDENTITY = b"R58M1#1"


@pytest.fixture
def supervisor() -> Iterator[WorkerEndpoint]:
    with worker_endpoint() as made:
        yield made


@pytest.fixture
def channel(supervisor: WorkerEndpoint) -> Iterator[Channel]:
    made = Channel(supervisor.url, IDENTITY, max_bytes=MAX_WORKER_MESSAGE_BYTES)
    made.send(Heartbeat(fence=None))
    made.pump(0, list[ToWorker]().append)
    assert supervisor.hear() == (IDENTITY, Heartbeat(fence=None))  # the supervisor knows it from now on
    yield made
    made.close()


def pumped(channel: Channel, count: int) -> list[ToWorker]:
    """So many messages, waiting for each."""
    heard: list[ToWorker] = []
    while len(heard) < count:
        channel.pump(20, heard.append)
    return heard


def test_messages_come_in_their_order_and_what_is_none_is_passed_over(
    supervisor: WorkerEndpoint, channel: Channel
) -> None:
    for message in (StopAttempt(fence=3), b"\xc1", b"", Probe(), Shutdown()):
        supervisor.tell(IDENTITY, message)
    assert pumped(channel, 3) == [StopAttempt(fence=3), Probe(), Shutdown()]


def test_what_another_thread_sends_ends_the_wait_and_goes_out_in_its_order(
    supervisor: WorkerEndpoint, channel: Channel
) -> None:
    def talk() -> None:
        for fence in range(3):
            channel.send(Heartbeat(fence=fence))

    waiting = threading.Thread(target=channel.pump, args=(600, list[ToWorker]().append))
    waiting.start()
    talker = threading.Thread(target=talk)
    talker.start()
    talker.join(20)
    waiting.join(20)
    assert not waiting.is_alive()
    channel.pump(0, list[ToWorker]().append)
    assert [supervisor.hear()[1] for _ in range(3)] == [Heartbeat(fence=fence) for fence in range(3)]


def test_more_wake_ups_than_a_pipe_takes_block_nobody(supervisor: WorkerEndpoint, channel: Channel) -> None:
    count = 70_000  # a pipe holds 65,536
    for fence in range(count):
        channel.send(Heartbeat(fence=fence))
    sender = threading.Thread(target=channel.pump, args=(0, list[ToWorker]().append))
    sender.start()
    for fence in range(count):
        assert supervisor.hear()[1] == Heartbeat(fence=fence)
    sender.join(20)
    assert not sender.is_alive()


def test_what_is_queued_is_sent_before_it_closes(supervisor: WorkerEndpoint) -> None:
    closing = Channel(supervisor.url, b"R58M2#1", max_bytes=MAX_WORKER_MESSAGE_BYTES)
    closing.send(Heartbeat(fence=7))
    closing.close()
    assert supervisor.hear() == (b"R58M2#1", Heartbeat(fence=7))
