"""The words of Instagram in one language, English where it has none."""

from collections.abc import Mapping

from phonesim.apps.instagram.words import ar, de, en, es, fr, id, pt, vi, zh
from phonesim.apps.labels import Labels

TABLES: Mapping[str, Mapping[str, str]] = {
    "en": en.WORDS,
    "fr": fr.WORDS,
    "pt": pt.WORDS,
    "vi": vi.WORDS,
    "zh": zh.WORDS,
    "es": es.WORDS,
    "id": id.WORDS,
    "de": de.WORDS,
    "ar": ar.WORDS,
}


def labels_of(language: str) -> Labels:
    return Labels(language, TABLES)
