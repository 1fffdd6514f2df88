"""The words of TikTok in one language, English where it has none."""

from phonesim.apps.labels import Labels, tables_of

TABLES = tables_of("phonesim.apps.tiktok.words")


def labels_of(language: str) -> Labels:
    return Labels(language, TABLES)
