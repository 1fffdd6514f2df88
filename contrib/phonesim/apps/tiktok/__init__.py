"""A model of TikTok (`com.zhiliaoapp.musically`), its hierarchies shaped like the recorded ones."""

from phonesim.apps.tiktok.app import TikTok

__all__ = ["TikTok"]
