"""Which apps can publish: platform -> how to make its Publisher."""

from collections.abc import Callable, Mapping
from typing import Final

from drover.scripts.publishing.publisher import Publisher
from drover.scripts.publishing.tiktok.publisher import TikTokPublisher

PUBLISHERS: Final[Mapping[str, Callable[[], Publisher]]] = {"tiktok": TikTokPublisher}
