"""The tables of labels: French misses nothing, no table has a word that no screen knows, gaps are kept."""

import pytest

from phonesim.apps.instagram.labels import TABLES as INSTAGRAM
from phonesim.apps.tiktok.labels import TABLES as TIKTOK
from phonesim.apps.tiktok.labels import Labels

APPS = {"tiktok": TIKTOK, "instagram": INSTAGRAM}


@pytest.mark.parametrize("app", APPS)
def test_french_is_whole(app: str) -> None:
    assert set(APPS[app]["fr"]) == set(APPS[app]["en"])


@pytest.mark.parametrize(("app", "language"), [(app, language) for app, tables in APPS.items() for language in tables])
def test_no_word_is_unknown_and_gaps_are_kept(app: str, language: str) -> None:
    english = APPS[app]["en"]
    for key, words in APPS[app][language].items():
        assert key in english
        assert words.count("{}") == english[key].count("{}"), key
        assert words == words.strip(), key


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [(5, "5", "5"), (1386, "1,386", "1\u202f386"), (18_800, "18.8K", "18,8 K"), (3_800_000, "3.8M", "3,8 M")],
)
def test_numbers_as_the_recordings_write_them(number: int, english: str, french: str) -> None:
    assert Labels("en").count(number) == english
    assert Labels("fr").count(number) == french
