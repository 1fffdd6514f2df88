"""The media library on the control socket, by the double and the real one."""

import uuid
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drover.client import ControlClient
from drover.wire import materials as m
from drover.wire.control import ArtifactFile, BackupMade, Done, MakeBackup
from drover.wire.faults import Code, RequestError
from drover.wire.media import MediaKind
from tests.support.media import make_picture, make_video


def a_tag() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


def bring(client: ControlClient, source: Path, name: str | None = None, **fields: Any) -> m.MaterialAdded:
    """The file as an item."""
    place = client.ask(m.PlaceUpload(size=source.stat().st_size), m.UploadPlace)
    Path(place.path).write_bytes(source.read_bytes())
    request = m.ImportMaterial(token=place.token, name=name or source.name, **fields)
    try:
        return client.ask(request, m.MaterialAdded, timeout_s=60)
    finally:
        assert not Path(place.path).exists()


def picture(tmp_path: Path) -> Path:
    return make_picture(tmp_path / "a.png", mark=uuid.uuid4().hex)


def failed(call: Any) -> str:
    with pytest.raises(RequestError) as caught:
        call()
    return f"{caught.value.failure.code.name}: {caught.value}"


def test_an_upload_becomes_an_item(client: ControlClient, tmp_path: Path) -> None:
    source = make_video(tmp_path / "clip.mp4", seconds=2, mark=uuid.uuid4().hex)
    added = bring(client, source, tags=["Summer", " beach "], note="take 1")
    item = added.material
    assert (item.name, item.kind, item.media_type, item.size) == (
        "clip.mp4",
        MediaKind.VIDEO,
        "video/mp4",
        source.stat().st_size,
    )
    assert (item.width, item.height, item.duration_s) == (360, 640, 2.0)
    assert item.note == "take 1"
    assert Path(item.path).read_bytes() == source.read_bytes()
    assert Path(item.path).stat().st_mode & 0o777 == 0o600
    detail = client.ask(m.GetMaterial(material_id=item.id), m.MaterialDetail)
    assert (detail.material, detail.uses) == (item, [])
    thumbnail = client.ask(m.FindThumbnail(material_id=item.id), ArtifactFile)
    assert thumbnail.media_type == "image/jpeg"
    assert Path(thumbnail.path).read_bytes().startswith(b"\xff\xd8")


def test_the_same_content_is_one_item_with_all_tags(client: ControlClient, tmp_path: Path) -> None:
    source, one, two = picture(tmp_path), a_tag(), a_tag()
    first = bring(client, source, tags=[one])
    again = bring(client, source, "other.png", tags=[two])
    assert (first.existing, again.existing, again.material.id) == (False, True, first.material.id)
    assert (again.material.name, again.material.tags) == ("a.png", [one, two])


def test_pages_changes_and_the_end_of_an_item(client: ControlClient, tmp_path: Path) -> None:
    tag = a_tag()
    ids = [bring(client, picture(tmp_path), tags=[tag]).material.id for _ in range(3)]
    page = client.ask(m.ListMaterials(tags=[tag], page=2, page_size=2), m.MaterialPage)
    assert (page.total, [item.id for item in page.materials]) == (3, [ids[0]])
    assert client.ask(m.ListMaterials(kind=MediaKind.VIDEO, tags=[tag]), m.MaterialPage).total == 0
    changed = client.ask(m.ChangeMaterial(material_id=ids[0], tags=["other"]), m.Material)
    assert (changed.tags, changed.note) == (["other"], "")
    changed = client.ask(m.ChangeMaterial(material_id=ids[0], note="n"), m.Material)
    assert (changed.tags, changed.note) == (["other"], "n")
    assert client.ask(m.ListMaterials(tags=[tag]), m.MaterialPage).total == 2
    assert isinstance(client.call(m.DeleteMaterial(material_id=ids[0])), Done)
    assert not Path(changed.path).exists()


def test_what_is_refused_leaves_nothing(client: ControlClient, tmp_path: Path) -> None:
    text = tmp_path / "a.mp4"
    text.write_text("hello")
    assert "INVALID: a.mp4: is no media file by its content" in failed(lambda: bring(client, text))
    assert "rename it to .png" in failed(lambda: bring(client, picture(tmp_path), "a.jpg"))
    broken = tmp_path / "b.png"
    broken.write_bytes(picture(tmp_path).read_bytes()[:100])
    assert "b.png: is broken" in failed(lambda: bring(client, broken))
    for token in ("0" * 32, "../../drover.db", ""):
        assert "INVALID" in failed(partial(client.call, m.ImportMaterial(token=token, name="a.png")))
    assert failed(partial(client.call, m.PlaceUpload(size=10**15))).startswith("TOO_LARGE")


def test_items_that_do_not_exist(client: ControlClient) -> None:
    for body in (
        m.GetMaterial(material_id=2**40),
        m.ChangeMaterial(material_id=2**40, note="x"),
        m.DeleteMaterial(material_id=2**40),
        m.FindThumbnail(material_id=2**40),
    ):
        assert failed(partial(client.call, body)).startswith(Code.NOT_FOUND.name)


def test_a_backup_holds_the_library_unless_it_is_not_wanted(client: ControlClient, tmp_path: Path) -> None:
    item = bring(client, picture(tmp_path)).material
    whole = client.ask(MakeBackup(path=str(tmp_path / "copy.tar")), BackupMade)
    assert whole.files == whole.rows["materials"] >= 1
    assert whole.files_size >= item.size
    assert whole.missing == []
    alone = client.ask(MakeBackup(path=str(tmp_path / "copy.db"), library=False), BackupMade)
    assert (alone.files, alone.files_size, alone.rows["materials"]) == (0, 0, whole.files)
