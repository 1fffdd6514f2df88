"""`make fuzz`: schemathesis, all its phases and checks, against a real daemon, its gateway and simulated phones.

Exit code 1 if it finds anything. The seed that it prints makes up the same requests again.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.hooks import CUSTOM_SCRIPT
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess

PHONES = 2
REQUEST_S = 30
"""Longer than any request here may take: a direct call waits for its phone by default."""

CONFIG = Path(__file__).with_name("schemathesis.toml")
SETTINGS = {"DROVER_LICENSE_PLAN": "Business", "DROVER_RPC_ADB": "true"}
COMMAND = f'[scripts.{CUSTOM_SCRIPT}]\ncommand = ["true"]\n'


def main() -> None:
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=...", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="requests for each route and phase (default 200)")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31), help="to make up the same requests again")
    parser.add_argument("rest", nargs="*", help="options of `st run`, after --")
    options = parser.parse_args()
    with AdbServer() as adb, PhoneProcess(adb, PHONES) as phones, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "drover.toml"
        config.write_text(COMMAND)
        with DroverDaemon(adb_port=adb.port, settings=SETTINGS, api=True, config=config) as daemon:
            serials = [phone.serial for phone in phones.phones]
            daemon.wait_idle(*serials)
            code = _run(daemon.api_url().removesuffix("/").removesuffix("/api/v1"), options, serials)
    sys.exit(code)


def _run(url: str, options: argparse.Namespace, serials: list[str]) -> int:
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIG), "run", f"{url}/openapi.json"]
    command += ["--url", url, "--seed", str(options.seed), "--max-examples", str(options.examples)]
    command += ["--request-timeout", str(REQUEST_S), "--max-response-time", str(REQUEST_S), "--no-color", *options.rest]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "DROVER_FUZZ_SERIALS": ",".join(serials),
        "PYTHONPATH": str(Path.cwd()),
    }
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    main()
