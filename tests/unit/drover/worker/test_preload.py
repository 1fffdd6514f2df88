"""What the zygote loads for all workers: everything that one would load later, and nothing that no fork survives."""

import subprocess
import sys

LOOK = """
import sys, threading
from drover.worker import preload, process
sheets = preload.everything("info", "text")
before = set(sys.modules)
assert threading.active_count() == 1, threading.enumerate()
import drover.apps, drover.scripts.registry
from drover.apps import tables
tables.Lexicon = None  # one more cannot be made
for platform in (*drover.apps.PLATFORMS, "android"):
    assert drover.apps.load(platform).lexicon, platform
drover.scripts.registry.make("follow", {"target_user": "ada"})
"localhost".encode("idna")
more = sorted(set(sys.modules) - before)
assert not more, more
from drover.phone import server
from drover.phone.engine import PhoneError
def none(): raise PhoneError("no such file")
server.jar = none
assert preload.everything("info", "text") == sheets
print("all is well")
"""


def test_all_is_there_before_the_fork_and_a_missing_server_keeps_no_worker_from_starting() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "all is well\n"), done.stderr
