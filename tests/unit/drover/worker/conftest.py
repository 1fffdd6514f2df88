"""A runner over a hand-written app, for the tests of what runs in the phone's thread."""

from tests.support.worker_bench import bench, held, quick

__all__ = ["bench", "held", "quick"]
