"""R4: adb's server dies again and again, refuses for long, is stuck. No one dies of it; the phones are back soon."""

import threading

from drover.wire.devices import DeviceState
from tests.chaos.finding import Finding, median_and_most
from tests.chaos.judges import judge, until_ended
from tests.chaos.load import Load
from tests.chaos.rig import Rig, alive, rig, zygote
from tests.support.phones import wait_until

BACK_S = 5.0


def run(rounds: int = 100, *, phones: int = 5, per_s: float = 2, refuse_s: float = 60.0, timed: bool = True) -> Finding:
    """`refuse_s`: how long the server's address refuses once, beyond the grace for absent phones."""
    finding = Finding(promise="R4 adb server death")
    back: list[float] = []
    with rig(phones) as it:
        with Load(it.daemon.runtime_dir, it.serials, per_s=per_s) as load:
            workers, forker = {serial: it.worker(serial) for serial in it.serials}, zygote(it.daemon)
            for _ in range(rounds):
                back.append(_die(it))
                finding.trials += 1
            for serial, pid in workers.items():
                finding.check(it.worker(serial) == pid, f"the worker of {serial} died with the adb server")
            back += [_refuse(it, refuse_s), _stick(it)]
            finding.trials += 2
            finding.check(alive(forker) and it.daemon.process.poll() is None, "the daemon or its zygote died")
        left = until_ended(it, load.accepted, timeout_s=180)
        judge(it, finding, load.accepted)
        late = sum(seconds > BACK_S for seconds in back)
        finding.check(not timed or late == 0, f"{late} times the phones were back later than {BACK_S:.0f} s")
        finding.figure = (
            f"phones back: {median_and_most(back)} after the server; {len(load.accepted)} tasks, {left} still queued"
        )
    return finding


def _die(it: Rig) -> float:
    it.adb.kill()
    wait_until(lambda: _absent(it), timeout_s=30, what="the absence")
    it.adb.start()
    return it.wait_there()


def _refuse(it: Rig, seconds: float) -> float:
    it.proxy.refuse()
    wait_until(lambda: _absent(it), timeout_s=30, what="the absence")
    threading.Event().wait(seconds)  # for so long the address refuses: the promise counts in minutes, not in events
    it.proxy.accept()
    return it.wait_there()


def _stick(it: Rig) -> float:
    """The server takes connections and answers nothing: only asking it shows that."""
    it.proxy.stall()
    wait_until(lambda: _absent(it), timeout_s=60, what="the absence")
    it.proxy.flow()
    return it.wait_there()


def _absent(it: Rig) -> bool:
    return all(state is DeviceState.ABSENT for state in it.daemon.states().values())
