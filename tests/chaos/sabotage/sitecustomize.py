"""Loaded by Python itself into processes that are started with this folder on PYTHONPATH; only chaos rigs do so.

Gives a worker the ends that no signal from outside can cause: SIGUSR1 makes it exit with 0, SIGUSR2 with 1, and while
the file named by DROVER_SABOTAGE exists every worker ends as soon as it is forked.
"""

import os
import signal
import sys

if "drover.worker.zygote" in sys.orig_argv:
    crash_file = os.environ.get("DROVER_SABOTAGE", "")
    signal.signal(signal.SIGUSR1, lambda _number, _frame: os._exit(0))
    signal.signal(signal.SIGUSR2, lambda _number, _frame: os._exit(1))
    os.register_at_fork(after_in_child=lambda: os._exit(3) if os.path.exists(crash_file) else None)
