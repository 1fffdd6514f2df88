"""The shim's application as a module attribute, for the servers that http_servers.py compares."""

import os
from pathlib import Path

from drover_shim.app import Application
from drover_shim.pool import ClientPool
from drover_shim.settings import Settings

application = Application(ClientPool(Path(os.environ["DROVER_BENCH_SOCKET"])), Settings())
