"""A machine with a real systemd, and drover.service on it, installed by the commands of contrib/README.md."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.integration.system.service import CTL, Phones, Service, commands, edit
from tests.support.machine import Machine, missing

UNPACED = {"pause_min_s = 30.0": "pause_min_s = 0.0", "pause_max_s = 120.0": "pause_max_s = 0.0"}


@dataclass(frozen=True, kw_only=True)
class Installed:
    """The machine, the system service on it, and two phones on the service's own adb server."""

    machine: Machine
    service: Service
    phones: Phones


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    if why := missing():
        pytest.skip(why)
    with Machine() as made:
        yield made


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Installed:
    """Every line of the README's block but udev's: a container gets no events of devices."""
    for line in commands("As a system service"):
        if "udevadm" in line:
            continue
        if "systemctl enable" in line:
            edit(machine, "/etc/drover/drover.toml", UNPACED)
        machine.run("sh", "-ec", f"cd /src; {line}", timeout_s=100)
    ctl = (CTL, "--socket", "/run/drover/control.sock")
    cgroup = "/system.slice/drover.service"
    service = Service(machine, api_port=50809, systemctl=("systemctl",), cgroup=cgroup, ctl=ctl, asks_for_token=True)
    phones = Phones(machine, unit="phones", adb_port=5037, count=2)
    service.wait_idle(*phones.serials)
    return Installed(machine=machine, service=service, phones=phones)


@pytest.fixture(autouse=True)
def what_happened(machine: Machine) -> Iterator[None]:
    """The journal's end, after each test: pytest shows it where the test failed."""
    yield
    print(machine.run("journalctl", "--no-pager", "--lines=60", "--output=short-precise", check=False).stdout)
