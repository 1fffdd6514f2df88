"""The daemon's components in this process, for the tests of what the control API answers."""

from tests.support.supervised import rig

__all__ = ["rig"]
