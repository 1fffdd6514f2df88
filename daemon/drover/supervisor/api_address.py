"""Where the REST API answers now: what the gateway announced, and what is configured as long as it has not."""

from pathlib import Path

from drover.supervisor.settings import Settings
from drover.wire.control import AnnounceApi


class ApiAddress:
    """`announced` is None while no gateway is connected. `runtime_dir` is where a socket named without a path lies."""

    def __init__(self, settings: Settings, runtime_dir: Path) -> None:
        self._settings = settings
        self._runtime_dir = runtime_dir
        self.announced: AnnounceApi | None = None

    @property
    def url(self) -> str:
        """Where the gateway answers by TCP; "" where it does not."""
        return self.announced.url if self.announced else ""

    @property
    def socket(self) -> str:
        """The Unix socket on which the gateway answers; "" where it does not."""
        return self.announced.socket if self.announced else ""

    def now(self) -> AnnounceApi | None:
        """What the gateway announced."""
        return self.announced

    def for_scripts(self) -> AnnounceApi:
        """What a script gets; "" for what is off."""
        if self.announced:
            return self.announced
        # The gateway is being started again, and will be there when the script asks.
        api = self._settings.config.api
        url = f"http://{api.host}:{api.port}/api/v1/" if api.enabled and api.tcp else ""
        path = self._settings.config.api_socket(self._runtime_dir) if api.enabled else None
        return AnnounceApi(url=url, socket=str(path or ""))
