"""R11: whoever holds a phone is killed. The phone is free when its time is over, whatever ran and whoever restarts."""

import subprocess
import sys
import time
from collections.abc import Callable

from drover.wire.devices import DeviceState
from drover.wire.leases import LeaseList, ListLeases
from tests.chaos.finding import Finding
from tests.chaos.judges import judge
from tests.chaos.load import Accepted
from tests.chaos.rig import Rig, rig
from tests.support.phones import wait_until

SLACK_S = 1.0
TTL_S = {"idle": 3, "in a call": 3, "restart": 10}
"""A restart itself takes seconds, so that only a longer lease shows whether it lives on."""

OWNER = """
import json, sys, threading, time, urllib.request
base, serial, ttl, calls = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "in a call"
def ask(path, body, session=""):
    headers = {"Content-Type": "application/json", "x-session-id": session}
    return json.load(urllib.request.urlopen(urllib.request.Request(base + path, json.dumps(body).encode(), headers)))
session = ask("rpc/session", {"serial": serial, "ttl_secs": ttl})["data"]["session_id"]
print(session, flush=True)
if calls:
    call = {"serial": serial, "method": "click", "params": [5, 5], "timeout": 60}
    threading.Thread(target=ask, args=("rpc/jsonrpc", call, session), daemon=True).start()
while True:
    time.sleep(ttl / 3)
    ask(f"rpc/session/{session}/heartbeat", {})
    print("beat", flush=True)
"""


def run(rounds: int = 6, *, timed: bool = True) -> Finding:
    """Owners killed `rounds` times while idle, in a call that hangs, and with the daemon right after them."""
    finding = Finding(promise="R11 leases end")
    took: dict[str, list[float]] = {kind: [] for kind in TTL_S}
    with rig(1, {"DROVER_API_ENABLED": "true"}) as it:
        for number in range(rounds):
            for kind, ttl_s in TTL_S.items():
                took[kind].append(_killed(it, kind, ttl_s))
                finding.trials += 1
                _goes_on(it, finding, f"r11.{kind.replace(' ', '')}{number}")
    for kind, times in took.items():
        limit = TTL_S[kind] + SLACK_S
        late = [seconds for seconds in times if seconds > limit]
        judged = timed or kind != "restart"  # how fast a daemon starts is the machine's matter, not the lease's
        finding.check(not judged or not late, f"{kind}: {len(late)} times free after more than {limit:.0f} s: {late}")
        # One that was free before its time would have been let go of by something else than what is tested.
        early = kind != "restart" and min(times) <= 1
        finding.check(not early, f"{kind}: free after {min(times):.1f} s already, with a TTL of {TTL_S[kind]} s")
    finding.figure = "free after at most " + ", ".join(
        f"{max(times):.1f} s ({kind}, TTL {TTL_S[kind]} s)" for kind, times in took.items()
    )
    return finding


def an_owner(api_url: str, serial: str, ttl_s: int, kind: str = "idle") -> "subprocess.Popen[str]":
    """A process that holds the phone and has sent two heartbeats."""
    words = [sys.executable, "-c", OWNER, api_url, serial, str(ttl_s), kind]
    owner = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert owner.stdout is not None
    assert [len(owner.stdout.readline()) > 4 for _ in range(3)] == [True, True, True]
    return owner


def _killed(it: Rig, kind: str, ttl_s: int) -> float:
    """Seconds from the owner's death until the phone is free: no one's, and ready where it answers."""
    (serial,) = it.serials
    it.daemon.wait_idle(serial)
    if kind == "in a call":
        it.phones.fault(serial, "hang", command="click", when="before")
    owner = an_owner(it.daemon.api_url(), serial, ttl_s, kind)
    assert it.daemon.states()[serial] is DeviceState.LEASED
    owner.kill()
    killed = time.monotonic()
    owner.communicate(timeout=10)
    if kind == "restart":
        it.restart_daemon()
    wait_until(FREE[kind](it, serial), timeout_s=ttl_s + 60, what="a free phone")
    took = time.monotonic() - killed
    it.let_go(serial)
    return took


def _ready(it: Rig, serial: str) -> Callable[[], bool]:
    return lambda: it.daemon.states().get(serial) is DeviceState.IDLE


def _nobodys(it: Rig, serial: str) -> Callable[[], bool]:
    return lambda: not any(lease.serial == serial for lease in it.daemon.client.ask(ListLeases(), LeaseList).leases)


FREE: dict[str, Callable[[Rig, str], Callable[[], bool]]] = {"idle": _ready, "in a call": _nobodys, "restart": _ready}


def _goes_on(it: Rig, finding: Finding, target: str) -> None:
    """The next task runs, once."""
    (serial,) = it.serials
    (task_id,) = it.daemon.follow(serial, target=target)
    it.daemon.wait_ended(task_id)
    judge(it, finding, [Accepted(task_id=task_id, serial=serial, target=target)])
