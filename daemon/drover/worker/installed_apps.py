"""Which of the platforms' apps a phone has, and which of them a task gets that names none."""

from collections.abc import Mapping

from drover import apps


class InstalledApps:
    """As the phone said when it was last looked at; none before that."""

    def __init__(self) -> None:
        self._versions: Mapping[str, str] = {}

    def learn(self, versions: Mapping[str, str]) -> None:
        """What the phone has now: versions by package."""
        self._versions = versions

    def version(self, package: str) -> str:
        """ "" where it is not installed."""
        return self._versions.get(package, "")

    def main(self, platform: str) -> str | None:
        """The first installed of the platform's packages, which is what a task without a package gets."""
        return next((package for package in apps.load(platform).packages if package in self._versions), None)

    def is_main(self, platform: str, package: str) -> bool:
        """Whether a task without a package would get this app, also where the phone has none of the platform's."""
        return platform not in apps.PLATFORMS or self.main(platform) in (None, package)
