"""What follows from the configuration follows from the one in force."""

from drover.config import Config, LicenseSection, PaceSection
from drover.supervisor.settings import Settings


def test_a_reload_replaces_everything_at_once() -> None:
    settings = Settings(Config())
    before = settings.pace
    settings.replace(Config(pace=PaceSection(follow_per_day=7), license=LicenseSection(device_limit=3)))
    assert (settings.pace.limits["follow"], settings.device_limit) == (7, 3)
    assert before.limits["follow"] == Config().pace.follow_per_day
