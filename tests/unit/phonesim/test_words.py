"""The tables of labels: what each must have, no word that no screen knows, gaps kept, numbers in each language."""

import re

import pytest

from phonesim.apps.instagram.labels import TABLES as INSTAGRAM
from phonesim.apps.instagram.labels import labels_of as instagram_labels
from phonesim.apps.languages import LANGUAGES
from phonesim.apps.tiktok.labels import TABLES as TIKTOK
from phonesim.apps.tiktok.labels import labels_of

_GAP = re.compile(r"\{\d?\}")
FORMS = ("_one", "_two", "_few")
APPS = {"tiktok": TIKTOK, "instagram": INSTAGRAM}


TOLD_IN_ENGLISH = {"caption_of_post", "id_text", "disabled_on", "disabled_why", "disabled_why_text", "read_rule"}
"""What people write, and long explanations on screens that end a task."""


@pytest.mark.parametrize("app", APPS)
def test_french_is_whole(app: str) -> None:
    assert set(APPS[app]["fr"]) == set(APPS[app]["en"])


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_case_i12_every_language_has_all_words(app: str, language: str) -> None:
    missing = set(APPS[app]["en"]) - set(APPS[app][language]) - TOLD_IN_ENGLISH
    assert {key for key in missing if not key.endswith(FORMS)} == set()


@pytest.mark.parametrize(("app", "language"), [(app, language) for app, tables in APPS.items() for language in tables])
def test_no_word_is_unknown_and_gaps_are_kept(app: str, language: str) -> None:
    english = APPS[app]["en"]
    for key, words in APPS[app][language].items():
        whole = key if key in english else key.removesuffix("_two").removesuffix("_few")
        assert whole in english
        # One and two may be said by the form of the word alone.
        if not key.endswith(FORMS):
            assert len(_GAP.findall(words)) == english[key].count("{}"), key
        assert words == words.strip(), key


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [(5, "5", "5"), (1386, "1,386", "1\u202f386"), (18_800, "18.8K", "18,8 K"), (3_800_000, "3.8M", "3,8 M")],
)
def test_numbers_as_the_recordings_write_them(number: int, english: str, french: str) -> None:
    assert labels_of("en").count(number) == english
    assert labels_of("fr").count(number) == french


@pytest.mark.parametrize(
    ("language", "small", "large"),
    [
        ("pt", "1.386", "3,8 mi"),
        ("vi", "1.386", "3,8 Tr"),
        ("zh", "1,386", "380万"),
        ("es", "1.386", "3,8 M"),
        ("id", "1.386", "3,8 jt"),
        ("de", "1.386", "3,8\u00a0Mio."),
        ("ar", "١٬٣٨٦", "٣٫٨\u00a0مليون"),
    ],
)
def test_case_i12_numbers_in_other_languages(language: str, small: str, large: str) -> None:
    assert (labels_of(language).count(1386), labels_of(language).count(3_800_000)) == (small, large)


@pytest.mark.parametrize(
    ("number", "said"), [(1, "منذ ثانية"), (2, "منذ ثانيتين"), (7, "منذ ٧ ثوانٍ"), (40, "منذ ٤٠ ثانية")]
)
def test_case_i12_arabic_says_one_two_few_and_many_otherwise(number: int, said: str) -> None:
    assert instagram_labels("ar").counted("seconds_ago", number) == said


def test_case_i12_names_are_marked_off_where_a_sentence_runs_the_other_way() -> None:
    assert labels_of("ar").filled("follow_name", "anna.b") == "متابعة \u2068anna.b\u2069"
    assert labels_of("de").filled("follow_name", "anna.b") == "anna.b folgen"
