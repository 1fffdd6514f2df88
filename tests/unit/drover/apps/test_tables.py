"""The data files: what they must hold, and that a mistake in one is refused at loading."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from drover.apps import load, tables
from drover.apps.features import KINDS
from drover.apps.profile import FollowState
from drover.apps.shapes import SHAPES
from drover.apps.tables import LANGUAGES, App, for_package

NEEDED = (
    *FollowState,
    *("message", "unfollow", "search", "cancel", "close", "not_now", "skip", "dont_allow", "log_in"),
    *("captcha", "verification", "banned", "too_fast", "login_way", "user_missing", "private_account", "followers"),
)


@pytest.mark.parametrize("platform", ["tiktok", "instagram"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_needed_meaning_is_there_in_each_language(platform: str, language: str) -> None:
    labels = load(platform).labels
    assert [meaning for meaning in NEEDED if not labels[meaning].get(language)] == []


@pytest.mark.parametrize("platform", ["tiktok", "instagram", "android"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_case_i12_what_the_data_says_in_english_it_says_in_every_language(platform: str, language: str) -> None:
    labels = load(platform).labels
    assert [name for name, words in labels.items() if words.get("en") and not words.get(language)] == []


def test_case_i12_every_meaning_that_code_asks_for_is_in_the_data() -> None:
    """Direct questions of apps/ and scripts/, `view.buttons("next")`: a meaning without words would never be found."""
    root = Path(tables.__file__).parents[1]
    known = {name for platform in ("tiktok", "instagram", "android") for name in load(platform).labels}
    asked = {name for folder in ("apps", "scripts") for path in (root / folder).rglob("*.py") for name in _asked(path)}
    assert len(asked) > 40
    assert asked - known == set()


def _asked(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr in ("shown", "buttons", "means"):
            yield from (str(arg.value) for arg in call.args if isinstance(arg, ast.Constant))


@pytest.mark.parametrize("platform", ["tiktok", "instagram", "android"])
def test_every_feature_exists(platform: str) -> None:
    for rule in load(platform).screens:
        for feature in (*rule.all, *rule.any, *rule.none):
            kind, _, argument = feature.partition(":")
            assert kind in KINDS, feature
            if kind == "shape":
                assert argument in SHAPES, feature
    for popup in load(platform).popups:
        assert set(popup.shapes) <= set(SHAPES), popup.name


@pytest.mark.parametrize("platform", ["tiktok", "instagram"])
def test_a_state_of_the_button_is_never_two(platform: str) -> None:
    """`Following` and `Follow` must not share a label, or a tap would do the opposite of what was read."""
    labels = load(platform).labels
    sides = [set[str](), set[str]()]
    for state in FollowState:
        for written in labels[state].values():
            sides[state.follows].update(label.casefold() for label in written)
    assert sides[False] & sides[True] == set()


def test_known_packages_name_their_app() -> None:
    assert for_package("com.ss.android.ugc.trill").platform == "tiktok"
    with pytest.raises(LookupError, match="name its platform"):
        for_package("org.clone.two")
    with pytest.raises(LookupError, match="tiktok, instagram"):
        load("myspace")


def test_a_key_that_does_not_exist_is_refused() -> None:
    raw = msgspec.to_builtins(load("tiktok"))
    raw["screns"] = []
    with pytest.raises(msgspec.ValidationError, match="screns"):
        msgspec.convert(raw, App)


@pytest.mark.parametrize(
    ("feature", "complaint"),
    [("label:no_such_meaning", "no_such_meaning"), ("id:nothing", "nothing"), ("folow", "kind:argument")],
)
def test_a_meaning_that_does_not_exist_is_refused(feature: str, complaint: str) -> None:
    raw = msgspec.to_builtins(load("tiktok"))
    raw["screens"][0]["all"].append(feature)
    with pytest.raises(ValueError, match=complaint):
        tables.check(msgspec.convert(raw, App))


def test_no_label_of_an_app_stands_in_code() -> None:
    """Labels are data: not one of the words of the buttons is written in a module of apps/ or scripts/."""
    root = Path(tables.__file__).parents[1]
    code = "".join(path.read_text() for room in ("apps", "scripts") for path in (root / room).glob("*.py"))
    for platform in ("tiktok", "instagram"):
        for state in FollowState:
            for written in load(platform).labels[state].values():
                assert [label for label in written if f'"{label}"' in code] == []
