"""R21: any order of what people, daemon and workers do, against the reference model; the machine is the unit test's."""

import os
import subprocess
import sys
from pathlib import Path

from tests.chaos.finding import Finding

TEST = Path(__file__).parents[1] / "unit" / "drover" / "store" / "test_model.py"


def run(rounds: int = 10_000) -> Finding:
    """`rounds` sequences of fifty steps."""
    finding = Finding(promise="R21 model check", trials=rounds)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--timeout=0", str(TEST)],
        env={**os.environ, "DROVER_MODEL_EXAMPLES": str(rounds)},
        capture_output=True,
        text=True,
        check=False,
    )
    finding.check(done.returncode == 0, done.stdout[-3000:])
    finding.figure = f"{rounds} sequences: {done.stdout.strip().splitlines()[-1]}"
    return finding
