"""Which apps can publish: platform -> how to make its Publisher, and what it cannot do."""

from collections.abc import Callable, Mapping
from typing import Final

from drover.policy.captions import Caption
from drover.scripts.publishing.instagram import plan
from drover.scripts.publishing.instagram.publisher import InstagramPublisher
from drover.scripts.publishing.publisher import Publisher
from drover.scripts.publishing.tiktok.publisher import TikTokPublisher
from drover.wire.post import PostConfig

PUBLISHERS: Final[Mapping[str, Callable[[], Publisher]]] = {
    "tiktok": TikTokPublisher,
    "instagram": InstagramPublisher,
}

REFUSALS: Final[Mapping[str, Callable[[PostConfig, Caption, int], None]]] = {"instagram": plan.refuse_impossible}
"""Platform -> what raises ScriptFailed for a config, its caption and number of files, before a phone is touched."""
