"""How old screens say that something is, and what of it can only have been made since a tap."""

import pytest

from drover.apps import load
from drover.apps.ages import Age, Since, ages
from drover.apps.view import View
from drover.phone.hierarchy import parse
from tests.support.trees import label, tree


@pytest.mark.parametrize(
    ("app", "said", "age"),
    [
        ("tiktok", "· 2s ago", Age(below_s=3)),
        ("tiktok", "· il y a 22 min", Age(below_s=1380)),
        ("tiktok", "· 22m ago", Age(below_s=1380)),
        ("tiktok", "Just now", Age(below_s=60, vague=True)),
        ("instagram", "ada posted a photo 12 seconds ago", Age(below_s=13)),
        ("instagram", "user5 posted a video 1 minute ago", Age(below_s=120)),
        ("instagram", "ada.9 posted a photo just now", Age(below_s=60, vague=True)),
        ("instagram", "ada's story, 3 minutes ago", Age(below_s=240)),
        ("instagram", "user12's story, just now", Age(below_s=60, vague=True)),
        ("instagram", "42s", Age(below_s=43)),
        ("instagram", "Now", Age(below_s=60, vague=True)),
        ("instagram", "Story de ada, il y a 12 secondes", Age(below_s=13)),
        ("tiktok", "· Vor 40 Sek.", Age(below_s=41)),
        ("tiktok", "· منذ ٣ د", Age(below_s=240)),
        ("instagram", "ada.9 hat vor 3 Minuten ein Foto gepostet", Age(below_s=240)),
        ("instagram", "hace 1 minuto", Age(below_s=120)),
        ("instagram", "ada memposting foto 2 menit yang lalu", Age(below_s=180)),
        # Arabic says one and two by the form of the word.
        ("instagram", "قصة \u2068ada\u2069، منذ ثانيتين", Age(below_s=3)),
        ("instagram", "نشر \u2068ada\u2069 صورة منذ ١٢ ثانية", Age(below_s=13)),
        ("instagram", "منذ ٣ ساعات", None),
        ("instagram", "vor 2 Std.", None),
        # Hours and days are no ages that prove anything, nor are numbers of other things.
        ("tiktok", "· 11h ago", None),
        ("instagram", "fasedalibifah_ posted a photo 1 day ago", None),
        ("instagram", "2 days ago", None),
        ("instagram", "5h", None),
        ("instagram", "1.2M", None),
    ],
)
def test_what_is_said_of_an_age(app: str, said: str, age: Age | None) -> None:
    found = ages(View(load(app), parse(tree(label(said, (40, 100, 900, 160))))))
    if age is None:
        assert not any(Since(tap_s=100, survey_s=110).younger(seen) for seen in found)
    else:
        assert found == [age]


@pytest.mark.parametrize(
    ("age", "tap_s", "survey_s", "younger"),
    [
        (Age(below_s=3), 3, 20, True),
        (Age(below_s=4), 3, 20, False),
        # The tap's time has some slack: what was there at the look before is never younger than that.
        (Age(below_s=8), 10, 5, False),
        (Age(below_s=120), 119, 140, False),
        (Age(below_s=120), 121, 140, True),
        (Age(below_s=60, vague=True), 50, 59, False),
        (Age(below_s=60, vague=True), 50, 60, True),
    ],
)
def test_what_can_only_have_been_made_since(age: Age, tap_s: float, survey_s: float, younger: bool) -> None:
    assert Since(tap_s=tap_s, survey_s=survey_s).younger(age) is younger
