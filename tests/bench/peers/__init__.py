"""Other queues for Python, measured in the same run: one durable task a POST, behind the gateway's HTTP server.

`make bench-peers` sets them up in an environment of their own (.bench-peers); without it there are no peers.
"""

from tests.bench.peers.bench import run

__all__ = ["run"]
