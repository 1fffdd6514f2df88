"""Where the REST API answers now: what the gateway announced, and what is configured as long as it has not."""

from pathlib import Path

from drover.supervisor.settings import Settings
from drover.wire.control import AnnounceApi


class ApiAddress:
    """Known while the gateway that announced it is connected. A socket that is only named lies in `runtime_dir`."""

    def __init__(self, settings: Settings, runtime_dir: Path) -> None:
        self._settings = settings
        self._runtime_dir = runtime_dir
        self._announced: AnnounceApi | None = None

    def announce(self, announced: AnnounceApi) -> None:
        """A gateway answers there."""
        self._announced = announced

    def forget(self, announced: AnnounceApi) -> None:
        """That gateway's connection has ended; another may have announced itself meanwhile."""
        if self._announced is announced:
            self._announced = None

    @property
    def url(self) -> str:
        """Where the gateway answers by TCP; "" where it does not."""
        return self._announced.url if self._announced else ""

    @property
    def socket(self) -> str:
        """The Unix socket on which the gateway answers; "" where it does not."""
        return self._announced.socket if self._announced else ""

    def now(self) -> AnnounceApi | None:
        """What the gateway announced; None while none is connected."""
        return self._announced

    def for_scripts(self) -> AnnounceApi:
        """What a script gets; "" for what is off."""
        if self._announced:
            return self._announced
        # The gateway is being started again, and will be there when the script asks.
        api = self._settings.config.api
        url = f"http://{api.host}:{api.port}/api/v1/" if api.enabled and api.tcp else ""
        path = self._settings.config.api_socket(self._runtime_dir) if api.enabled else None
        return AnnounceApi(url=url, socket=str(path or ""))
