"""What follows from the configuration follows from the one in force."""

from pathlib import Path

from drover.config import ApiSection, Config, LicenseSection, PaceSection
from drover.supervisor.api_address import ApiAddress
from drover.supervisor.settings import Settings
from drover.wire.control import AnnounceApi


def test_a_reload_replaces_everything_at_once() -> None:
    settings = Settings(Config())
    before = settings.pace
    settings.replace(Config(pace=PaceSection(follow_per_day=7), license=LicenseSection(device_limit=3)))
    assert (settings.pace.limits["follow"], settings.device_limit) == (7, 3)
    assert before.limits["follow"] == Config().pace.follow_per_day


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
    only_socket = Config(api=ApiSection(socket="api.sock", tcp=False))
    address = ApiAddress(Settings(only_socket), tmp_path)
    assert address.for_scripts() == AnnounceApi(url="", socket=str(only_socket.api_socket(tmp_path)))
