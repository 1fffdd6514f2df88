"""Where the REST API answers now: what the gateway announced, and what is configured as long as it has not."""

from drover.supervisor.settings import Settings


class ApiAddress:
    """Known while the gateway that announced it is connected."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._announced = ""

    def announce(self, url: str) -> None:
        """A gateway answers there."""
        self._announced = url

    def forget(self, url: str) -> None:
        """That gateway's connection has ended; another may have announced itself meanwhile."""
        if self._announced == url:
            self._announced = ""

    def now(self) -> str:
        """Where the gateway answers; "" while none is connected."""
        return self._announced

    def base(self) -> str:
        """What a script gets; "" where the API is off."""
        api = self._settings.config.api
        configured = f"http://{api.host}:{api.port}/api/v1/" if api.enabled else ""
        return self._announced or configured
