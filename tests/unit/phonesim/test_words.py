"""The tables of labels: French misses nothing, no table has a word that no screen knows, gaps are kept."""

import pytest

from phonesim.apps.tiktok.labels import TABLES, Labels

EN = TABLES["en"]


def test_french_is_whole() -> None:
    assert set(TABLES["fr"]) == set(EN)


@pytest.mark.parametrize("language", TABLES)
def test_no_word_is_unknown_and_gaps_are_kept(language: str) -> None:
    for key, words in TABLES[language].items():
        assert key in EN
        assert words.count("{}") == EN[key].count("{}"), key
        assert words == words.strip(), key


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [(5, "5", "5"), (1386, "1,386", "1\u202f386"), (18_800, "18.8K", "18,8 K"), (3_800_000, "3.8M", "3,8 M")],
)
def test_numbers_as_the_recordings_write_them(number: int, english: str, french: str) -> None:
    assert Labels("en").count(number) == english
    assert Labels("fr").count(number) == french
