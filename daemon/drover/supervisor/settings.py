"""The configuration in force, with what is worked out of it. A reload replaces it as a whole; it is read at use."""

from drover.config import Config
from drover.policy import plans
from drover.policy.pace import Pace
from drover.policy.trouble import Rules
from drover.wire.control import License
from drover.wire.holds import Trouble


class Settings:
    """`pace`, `rules` (what trouble does) and `license` follow from `config`."""

    def __init__(self, config: Config) -> None:
        self._take(config)

    def replace(self, config: Config) -> None:
        """Go by this from now on."""
        self._take(config)

    def _take(self, config: Config) -> None:
        self.config = config
        self.pace = _pace(config)
        self.rules = _rules(config)
        self.license: License = plans.license_for(config.license.plan, config.license.device_limit)

    @property
    def device_limit(self) -> int:
        """How many devices may be in use at once."""
        return self.license.device_limit


def _pace(config: Config) -> Pace:
    pace = config.pace
    return Pace(zone=config.zone, limits=pace.limits, pause_min_s=pace.pause_min_s, pause_max_s=pace.pause_max_s)


def _rules(config: Config) -> Rules:
    found = config.trouble
    return Rules(
        pauses={Trouble(name): pause for name, pause in found.pauses.items()},
        failures_in_a_row=found.failures_in_a_row,
    )
