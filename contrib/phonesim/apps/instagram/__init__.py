"""A model of Instagram (`com.instagram.android`), its hierarchies shaped like the recorded ones."""

from phonesim.apps.instagram.app import Instagram
from phonesim.apps.instagram.scene import PACKAGE as INSTAGRAM

__all__ = ["INSTAGRAM", "Instagram"]
