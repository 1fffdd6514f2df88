"""What follows from the configuration follows from the one in force."""

from drover.config import Config, LicenseSection, PaceSection
from drover.supervisor.api_address import ApiAddress
from drover.supervisor.settings import Settings


def test_a_reload_replaces_everything_at_once() -> None:
    settings = Settings(Config())
    before = settings.pace
    settings.replace(Config(pace=PaceSection(follow_per_day=7), license=LicenseSection(device_limit=3)))
    assert (settings.pace.limits["follow"], settings.device_limit) == (7, 3)
    assert before.limits["follow"] == Config().pace.follow_per_day


def test_the_api_answers_where_its_gateway_says_and_not_where_an_older_one_did() -> None:
    address = ApiAddress(Settings(Config()))
    assert (address.now(), address.base()) == ("", "http://127.0.0.1:50809/api/v1/")
    address.announce("http://127.0.0.1:1/api/v1/")
    address.announce("http://127.0.0.1:2/api/v1/")
    address.forget("http://127.0.0.1:1/api/v1/")
    assert address.now() == address.base() == "http://127.0.0.1:2/api/v1/"
    address.forget("http://127.0.0.1:2/api/v1/")
    assert address.now() == ""
