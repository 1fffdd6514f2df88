"""Run by Python itself at its start: a library that was preloaded into this process stays out of its children.

libfaketime refuses Python's `time.sleep` (its clock_nanosleep answers EINVAL), which workers use.
"""

import os

os.environ.pop("LD_PRELOAD", None)
