"""The words of one language, English where there is none; numbers as TikTok's labels write them."""

from collections.abc import Mapping

from phonesim.apps.instagram.words import en, fr
from phonesim.apps.tiktok.labels import Labels

TABLES: Mapping[str, Mapping[str, str]] = {"en": en.WORDS, "fr": fr.WORDS}


def labels_of(language: str) -> Labels:
    return Labels(language, TABLES)
