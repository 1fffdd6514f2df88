"""Which app a task without a package gets."""

from drover import apps
from drover.worker.installed_apps import InstalledApps


def test_the_first_of_the_platforms_packages_that_is_installed() -> None:
    first, second = apps.load("tiktok").packages[:2]
    found = InstalledApps()
    assert (found.main("tiktok"), found.version(second)) == (None, "")
    assert found.is_main("tiktok", second)  # the only one that a task could name
    found.learn({second: "42"})
    assert (found.main("tiktok"), found.version(second)) == (second, "42")
    assert not found.is_main("tiktok", first)
    found.learn({second: "42", first: "43"})
    assert found.main("tiktok") == first
    assert [found.is_main("tiktok", package) for package in (first, second)] == [True, False]
    assert found.is_main("generic", "")
