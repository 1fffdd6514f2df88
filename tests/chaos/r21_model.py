"""R21: any order of what people, daemon and workers do, against the reference model; the machine is the unit test's."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.chaos.finding import Finding

TEST = Path(__file__).parents[1] / "unit" / "drover" / "store" / "test_model.py"


def run(rounds: int = 10_000) -> Finding:
    """`rounds` sequences of fifty steps, shared by as many processes as there are cores; each has its own seed."""
    finding = Finding(promise="R21 model check", trials=rounds)
    shares, begun = os.cpu_count() or 1, time.monotonic()
    running = [_start(-(-rounds // shares), seed) for seed in range(shares)]
    for process in running:
        output = process.communicate()[0]
        finding.check(process.returncode == 0, output[-3000:])
    per_s = rounds / (time.monotonic() - begun)
    finding.figure = f"{rounds} sequences of up to 50 steps on {shares} cores, {per_s:.1f} a second"
    return finding


def _start(examples: int, seed: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "--timeout=0", f"--hypothesis-seed={seed}", str(TEST)],
        env={**os.environ, "DROVER_MODEL_EXAMPLES": str(examples)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
