"""The words of Instagram in one language, English where it has none."""

from phonesim.apps.labels import Labels, tables_of

TABLES = tables_of("phonesim.apps.instagram.words")


def labels_of(language: str) -> Labels:
    return Labels(language, TABLES)
