"""A task's log and evidence: chunks that end with whole lines, and only files of our own names."""

from drover.policy.records import Complete
from drover.store import attempts
from drover.supervisor import clock
from drover.supervisor.api.handlers import task_files
from drover.wire.control import ArtifactFile, FindArtifact, LogChunk, ReadTaskLog
from drover.wire.faults import Code
from tests.support.supervised import Rig, Supervised


async def finish(daemon: Supervised, task_id: int, evidence: list[str]) -> None:
    begun, _ = await daemon.store.write(attempts.begin, task_id, boot_id="boot-1", now=clock.now())
    await daemon.store.write(attempts.finish, begun.fence, Complete(evidence=tuple(evidence)), now=clock.now())


def test_a_log_is_read_in_chunks_of_whole_lines_to_its_end(rig: Rig) -> None:
    task_files_chunk = task_files.LOG_CHUNK_BYTES
    line = "é" * 50 + "\n"
    count = task_files_chunk // len(line.encode()) + 10

    async def scene(daemon: Supervised) -> None:
        (task_id,) = await daemon.create()
        empty = await daemon.ask(ReadTaskLog(task_id=task_id, offset=0), LogChunk)
        assert (empty.text, empty.next_offset, empty.ended) == ("", 0, False)
        path = rig.config.task_folder(task_id) / "log.txt"
        path.parent.mkdir(parents=True)
        path.write_text(line * count + "half a line")
        first = await daemon.ask(ReadTaskLog(task_id=task_id, offset=0), LogChunk)
        assert (first.text[-1], first.ended) == ("\n", False)
        assert first.next_offset == len(first.text.encode())
        rest = await daemon.ask(ReadTaskLog(task_id=task_id, offset=first.next_offset), LogChunk)
        assert first.text + rest.text == line * count  # what follows may still be written
        await finish(daemon, task_id, [])
        early = await daemon.ask(ReadTaskLog(task_id=task_id, offset=0), LogChunk)
        assert (early.ended, early.text) == (False, first.text)
        last = await daemon.ask(ReadTaskLog(task_id=task_id, offset=rest.next_offset), LogChunk)
        assert (last.text, last.ended) == ("half a line", True)

    rig.play(scene)


def test_only_evidence_that_the_task_names_is_found(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        (task_id,) = await daemon.create()
        folder = rig.config.task_folder(task_id)
        folder.mkdir(parents=True)
        for name in ("1-proof.png", "secret.png"):
            (folder / name).write_bytes(b"")
        await finish(daemon, task_id, ["1-proof.png", "1-proof.xml"])
        found = await daemon.ask(FindArtifact(task_id=task_id, name="1-proof.png"), ArtifactFile)
        assert (found.path, found.media_type) == (str(folder / "1-proof.png"), "image/png")
        for name in ("secret.png", "../../api-token", "1-proof.xml"):
            failure = await daemon.refused(FindArtifact(task_id=task_id, name=name))
            assert failure.code is Code.NOT_FOUND
            assert ("is not kept any more" in failure.message) is (name == "1-proof.xml")
        for body in (FindArtifact(task_id=99, name="x"), ReadTaskLog(task_id=99, offset=0)):
            assert (await daemon.refused(body)).message == "task 99: does not exist"

    rig.play(scene)
