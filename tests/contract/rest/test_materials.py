"""The media library by REST: uploads raw and as a form, what is refused, and the items."""

import http.client
import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from drover.wire.materials import MaterialUse
from drover.wire.media import UseState
from drover_shim.settings import Settings
from tests.support.control import FakeDaemon
from tests.support.daemon_model import AT
from tests.support.material_model import MAX_BYTES
from tests.support.media import make_picture, make_video
from tests.support.rest import Reply, Rest, running_shim


def raw(rest: Rest, data: bytes, query: str = "name=a.png", media_type: str = "image/png") -> Reply:
    return rest.send("POST", f"/api/v1/material?{query}", body=data, headers={"Content-Type": media_type})


def form(rest: Rest, *parts: tuple[str, str | None, bytes]) -> Reply:
    """Parts are (name, file name, content)."""
    body = b""
    for name, file_name, content in parts:
        shown = f'; filename="{file_name}"' if file_name is not None else ""
        head = f'--sep\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=sep"}
    return rest.send("POST", "/api/v1/material", body=body + b"--sep--\r\n", headers=headers)


def incoming(fake: FakeDaemon) -> list[Path]:
    return list(fake.model.library.incoming.iterdir())


def test_a_raw_upload_becomes_an_item(rest: Rest, fake: FakeDaemon, tmp_path: Path) -> None:
    data = make_video(tmp_path / "a.mp4", seconds=2).read_bytes()
    item = raw(rest, data, "name=clip.mp4&tags=Summer,beach&note=take%201", "video/mp4").data
    assert (item["name"], item["kind"], item["media_type"], item["size"]) == (
        "clip.mp4",
        "video",
        "video/mp4",
        len(data),
    )
    assert (item["width"], item["height"], item["duration_s"]) == (360, 640, 2.0)
    assert (item["tags"], item["note"], item["existing"]) == (["summer", "beach"], "take 1", False)
    assert "path" not in item
    assert fake.model.library.copy_path(item["sha256"], "video/mp4").read_bytes() == data
    assert incoming(fake) == []


FILE_NAMES = {
    "browser": ('filename="für %22dich%22.png"', 'für "dich".png'),
    "curl": ('filename="f\\"ür.png"', 'f"ür.png'),
    "requests": ("filename*=utf-8''f%C3%BCr.png", "für.png"),
    "RFC 5987 Latin-1": ("filename*=ISO-8859-1'de'f%FCr.png", "für.png"),
    ".NET": ("filename=\"=?utf-8?B?ZsO8ci5wbmc=?=\"; filename*=utf-8''f%C3%BCr.png", "für.png"),
    "RFC 2047": ('filename="=?utf-8?Q?f=C3=BCr.png?="', "für.png"),
    "both": ("filename=\"fur.png\"; filename*=UTF-8''f%C3%BCr.png", "für.png"),
    "bad extended": ("filename=\"fur.png\"; filename*=UTF-8''f%FCr.png", "fur.png"),
    "decomposed": ('filename="fu\u0308r.png"', "für.png"),
    "unquoted": ("filename=fur.png", "fur.png"),
}


@pytest.mark.parametrize(("written", "name"), FILE_NAMES.values(), ids=FILE_NAMES)
def test_case_t4_a_form_names_its_file_as_clients_do(rest: Rest, tmp_path: Path, written: str, name: str) -> None:
    item = form_of(rest, make_picture(tmp_path / "a.png"), written.encode()).data
    assert item["name"] == name


def test_case_t4_a_form_may_name_its_file_in_latin_1(rest: Rest, tmp_path: Path) -> None:
    item = form_of(rest, make_picture(tmp_path / "a.png"), 'filename="für.png"'.encode("latin-1")).data
    assert item["name"] == "für.png"


def form_of(rest: Rest, picture: Path, file_name: bytes) -> Reply:
    """One file of a form, its name written so."""
    head = b'--sep\r\nContent-Disposition: form-data; name="file"; ' + file_name + b"\r\n\r\n"
    body = head + picture.read_bytes() + b"\r\n--sep--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=sep"}
    return rest.send("POST", "/api/v1/material", body=body, headers=headers)


def test_a_form_becomes_an_item(rest: Rest, fake: FakeDaemon, tmp_path: Path) -> None:
    data = make_picture(tmp_path / "a.png").read_bytes()
    item = form(rest, ("tags", None, b"a,b"), ("file", "holiday.png", data), ("note", None, "für später".encode())).data
    assert (item["name"], item["tags"], item["note"]) == ("holiday.png", ["a", "b"], "für später")
    assert fake.model.library.copy_path(item["sha256"], "image/png").read_bytes() == data


def test_the_same_content_is_one_item(rest: Rest, tmp_path: Path) -> None:
    data = make_picture(tmp_path / "a.png").read_bytes()
    first, again = raw(rest, data, "name=a.png&tags=x").data, raw(rest, data, "name=b.png&tags=y").data
    assert (again["id"], again["existing"], again["tags"]) == (first["id"], True, ["x", "y"])
    assert rest.get("/material").data["total"] == 1


def test_curl_uploads_as_the_readme_says(rest: Rest, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("no curl here")
    path = make_video(tmp_path / "clip.mp4", seconds=1)
    url = f"http://localhost:{rest.port}/api/v1/material"
    for arguments in (
        ["--data-binary", f"@{path}", f"{url}?name=clip.mp4&tags=a"],
        ["-F", f"file=@{path}", "-F", "tags=b", url],
    ):
        done = subprocess.run([curl, "-s", *arguments], capture_output=True, check=True, timeout=60)
        assert json.loads(done.stdout)["code"] == 0


@pytest.mark.parametrize(
    ("data", "query", "code", "says"),
    [
        (b"hello", "name=a.mp4", 40001, "a.mp4: is no media file by its content"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 99, "name=a.mp4", 40001, "rename it to .jpg"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 99, "name=a.jpg", 40001, "a.jpg: is broken"),
        (b"hello", "tags=a", 40001, "name: expected the file's name"),
        (b"", "name=a.mp4", 40001, "body: is empty"),
    ],
)
def test_what_is_no_media_is_refused_and_not_kept(
    rest: Rest, fake: FakeDaemon, data: bytes, query: str, code: int, says: str
) -> None:
    reply = raw(rest, data, query, "application/octet-stream")
    assert reply.code == code
    assert says in reply.message
    assert incoming(fake) == []
    assert rest.get("/material").data["total"] == 0


def test_forms_that_are_none_are_refused(rest: Rest, fake: FakeDaemon, tmp_path: Path) -> None:
    data = make_picture(tmp_path / "a.png").read_bytes()
    assert "expected one part with a file" in form(rest, ("tags", None, b"a")).message
    assert "one file in a request" in form(rest, ("file", "a.png", data), ("more", "b.png", data)).message
    assert "at most" in form(rest, ("file", "a.png", data), ("note", None, b"x" * 20_000)).message
    assert "is not UTF-8" in form(rest, ("file", "a.png", data), ("note", None, b"\xff")).message
    for media_type in ("multipart/form-data", "multipart/form-data; boundary=other"):
        reply = rest.send("POST", "/api/v1/material", body=b"--sep\r\nx", headers={"Content-Type": media_type})
        assert reply.code == 40001
    assert incoming(fake) == []


def test_s09_an_upload_over_the_cap_is_refused_before_it_is_read(fake: FakeDaemon) -> None:
    with running_shim(fake.path, Settings(max_upload_bytes=100_000)) as rest:
        connection = http.client.HTTPConnection("127.0.0.1", rest.port, timeout=20)
        connection.putrequest("POST", "/api/v1/material?name=a.mp4", skip_host=True)
        connection.putheader("Host", "localhost")
        connection.putheader("Content-Length", "100001")
        connection.endheaders()
        response = connection.getresponse()
        assert response.status == 413
        assert b"at most 100000 bytes" in response.read()
        connection.close()


def test_s09_only_uploads_may_be_large_and_only_past_the_guard(fake: FakeDaemon) -> None:
    """What the guard refuses is not read onto the disk first."""
    with running_shim(fake.path, Settings(max_body_bytes=1000)) as rest:
        for path, headers, status in (
            ("/api/v1/material?name=a.mp4", {}, 400),
            ("/api/v1/material?name=a.mp4", {"Origin": "http://evil.example"}, 403),
            ("/api/v1/material?name=a.mp4", {"Host": "evil.example"}, 403),
            ("/api/v1/task", {}, 415),
            ("/api/v1/task", {"Content-Type": "application/json"}, 413),
        ):
            sent = {"Content-Type": "application/octet-stream", **headers}
            assert rest.send("POST", path, body=b"x" * 5000, headers=sent).status == status, (path, headers)


def test_s09_a_chunked_upload_stops_at_the_librarys_cap(rest: Rest, fake: FakeDaemon) -> None:
    with socket.create_connection(("127.0.0.1", rest.port), timeout=20) as raw_socket:
        raw_socket.sendall(
            b"POST /api/v1/material?name=a.mp4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        piece = b"x" * 1_000_000
        for _ in range(MAX_BYTES // len(piece) + 1):
            raw_socket.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        raw_socket.sendall(b"0\r\n\r\n")
        assert raw_socket.makefile("rb").read().split()[1] == b"413"
    assert incoming(fake) == []


def test_items_are_listed_changed_and_deleted(rest: Rest, fake: FakeDaemon, tmp_path: Path) -> None:
    video = raw(rest, make_video(tmp_path / "a.mp4", seconds=1).read_bytes(), "name=a.mp4&tags=x,y").data
    picture = raw(rest, make_picture(tmp_path / "a.png").read_bytes(), "name=a.png&tags=x").data
    listed = rest.get("/material?tags=x&page_size=1").data
    assert (listed["total"], [item["id"] for item in listed["materials"]]) == (2, [picture["id"]])
    assert [item["id"] for item in rest.get("/material?tags=x,y").data["materials"]] == [video["id"]]
    assert [item["id"] for item in rest.get("/material?kind=image").data["materials"]] == [picture["id"]]
    assert rest.get("/material?kind=sound").code == 40001
    path = f"/material/{video['id']}"
    assert rest.json("PATCH", path, {"tags": ["z"]}).data["tags"] == ["z"]
    assert rest.json("PATCH", path, {"tags": "v, w", "note": "hello"}).data["tags"] == ["v", "w"]
    assert rest.json("PATCH", path, {"note": "again"}).data["tags"] == ["v", "w"]
    assert rest.json("PATCH", path, {"tags": [1]}).code == 40001
    fake.model.uses[video["id"]] = [MaterialUse(account="tiktok:me", task_id=7, state=UseState.RESERVED, at=AT)]
    (use,) = rest.get(path).data["uses"]
    assert (use["account"], use["task_id"], use["state"]) == ("tiktok:me", 7, "reserved")
    held = rest.send("DELETE", f"/api/v1{path}")
    assert (held.code, held.envelope["data"]) == (40901, {"task_ids": [7]})
    fake.model.uses.clear()
    assert rest.send("DELETE", f"/api/v1{path}").data == {"deleted_count": 1}
    for reply in (rest.get(path), rest.get(f"{path}/thumbnail"), rest.send("DELETE", f"/api/v1{path}")):
        assert reply.code == 40401
    assert rest.get("/material/x").code == 40001


def test_a_thumbnail_is_a_small_picture(rest: Rest, tmp_path: Path) -> None:
    item = raw(rest, make_picture(tmp_path / "a.png").read_bytes()).data
    reply = rest.get(f"/material/{item['id']}/thumbnail")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "image/jpeg")
    assert reply.body.startswith(b"\xff\xd8\xff")


def test_the_platform_of_a_task_is_honoured(rest: Rest, fake: FakeDaemon) -> None:
    body = {"script_name": "follow", "serials": ["a"], "script_config": {"target_user": "ada"}}
    for platform in ("instagram", None):
        assert rest.post("/task", {**body, "platform": platform}).code == 0
    sent = [getattr(request.body, "platform", None) for request in fake.requests]
    assert [platform for platform in sent if platform] == ["instagram"]
    refused = rest.post("/task", {**body, "platform": "myspace"})
    assert (refused.code, "platform: expected" in refused.message) == (40001, True)
    assert rest.post("/task", {**body, "platform": 1}).code == 40001


def test_post_is_taken_and_its_fields_are_checked(rest: Rest) -> None:
    body = {"script_name": "post", "serials": ["a"], "script_config": {"content_type": "1", "image_count": "3"}}
    (task_id,) = rest.post("/task", body).data["task_ids"]
    assert rest.get(f"/task/{task_id}").data["script_config"]["image_count"] == 3
    refused = rest.post("/task", {**body, "script_config": {"caption": "x"}})
    assert "script_config.caption: unknown field; known fields: content_type" in refused.message
