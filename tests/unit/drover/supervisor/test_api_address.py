"""Where the REST API answers: where its gateway says, or where it is about to."""

from pathlib import Path

from drover.config import ApiSection, Config
from drover.supervisor.api_address import ApiAddress
from drover.supervisor.settings import Settings
from drover.wire.control import AnnounceApi


def test_the_api_answers_where_its_gateway_says_and_not_where_an_older_one_did(tmp_path: Path) -> None:
    address = ApiAddress(Settings(Config()), tmp_path)
    assert (address.now(), address.for_scripts().url) == (None, "http://127.0.0.1:50809/api/v1/")
    older, newer = (AnnounceApi(url=f"http://127.0.0.1:{port}/api/v1/", socket=f"/run/{port}") for port in (1, 2))
    address.announce(older)
    address.announce(newer)
    address.forget(older)
    assert address.now() is newer is address.for_scripts()
    assert (address.url, address.socket) == ("http://127.0.0.1:2/api/v1/", "/run/2")
    address.forget(newer)
    assert (address.now(), address.url, address.socket) == (None, "", "")


def test_case_b9_a_script_gets_what_is_configured_while_no_gateway_is_connected(tmp_path: Path) -> None:
    def told(api: ApiSection) -> AnnounceApi:
        return ApiAddress(Settings(Config(api=api)), tmp_path).for_scripts()

    socket, url = str(tmp_path / "api.sock"), "http://127.0.0.1:7/api/v1/"
    assert told(ApiSection(socket="api.sock", tcp=False)) == AnnounceApi(url="", socket=socket)
    assert told(ApiSection(socket="api.sock", port=7)) == AnnounceApi(url=url, socket=socket)
    assert told(ApiSection(socket="api.sock", enabled=False)) == AnnounceApi(url="", socket="")


def test_a_reload_counts_from_the_next_question_on(tmp_path: Path) -> None:
    settings = Settings(Config())
    address = ApiAddress(settings, tmp_path)
    settings.replace(Config(api=ApiSection(port=7)))
    assert address.for_scripts().url == "http://127.0.0.1:7/api/v1/"
