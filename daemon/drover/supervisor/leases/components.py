"""The components that let people and programs use phones between tasks, made in their order."""

from drover.supervisor.core import Core
from drover.supervisor.devices.components import DeviceComponents
from drover.supervisor.leases.account_reader import AccountReader
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.leases.leases import PhoneLeases


class LeaseComponents:
    """Leases, what their holders call, and reading accounts, which is a short use like a lease."""

    def __init__(self, core: Core, devices: DeviceComponents) -> None:
        registry, workers = devices.registry, devices.workers
        self.direct = DirectCalls(core.boot.runtime_dir / "direct", workers)
        self.leases = PhoneLeases(registry, core.settings, self.direct, core.signal)
        self.account_reader = AccountReader(registry, core.settings, self.leases, core.store, workers)
