"""Where the REST API answers now: what the gateway announced, and what is configured as long as it has not."""

from drover.supervisor.settings import Settings


class ApiAddress:
    """`announced` is "" while no gateway is connected."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.announced = ""

    def now(self) -> str:
        """What the gateway announced."""
        return self.announced

    def base(self) -> str:
        """What a script gets; "" where the API is off."""
        api = self._settings.config.api
        configured = f"http://{api.host}:{api.port}/api/v1/" if api.enabled else ""
        return self.announced or configured
