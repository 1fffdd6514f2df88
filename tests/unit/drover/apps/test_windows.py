"""Whose window is in front: launchers with widgets of others, dialogs of makers of phones, the app."""

import re

import pytest

from drover.apps import Screen, load, recognise
from drover.phone.hierarchy import parse
from tests.support.trees import button, label, node, tree
from tests.support.uidumps import dump, flatten

TIKTOK = load("tiktok")
ICONS = tuple(label(name, (60, 200 + 90 * i, 400, 270 + 90 * i), clickable=True) for i, name in enumerate("abcdefgh"))


def of(package: str, xml: str) -> str:
    return xml.replace("com.zhiliaoapp.musically", package)


@pytest.mark.parametrize(
    "package", ["com.sec.android.app.launcher", "com.transsion.XOSLauncher", "com.hihonor.android.launcher"]
)
@pytest.mark.parametrize("widget", ["com.google.android.googlequicksearchbox", "com.zhiliaoapp.musically"])
def test_a_launcher_stays_one_with_widgets_of_others(package: str, widget: str) -> None:
    foreign = node((60, 1100, 1020, 1400), label("12", (80, 1120, 200, 1180)), package=widget, clickable=True)
    xml = of(package, tree(*ICONS)).replace("</node></hierarchy>", f"{foreign}</node></hierarchy>")
    assert recognise(TIKTOK, parse(xml)).screen is Screen.LAUNCHER
    assert recognise(TIKTOK, parse(flatten(xml.encode()))).screen is Screen.LAUNCHER


def test_a_window_of_the_app_before_a_launcher_is_the_app() -> None:
    launcher = re.sub(r"</?hierarchy[^>]*>", "", of("com.miui.home", tree(*ICONS)))
    app = tree(label("Verify to continue", (140, 740, 900, 800))).replace("</hierarchy>", f"{launcher}</hierarchy>")
    assert recognise(TIKTOK, parse(app)).screen is Screen.CAPTCHA


@pytest.mark.parametrize("package", ["com.android.camera2", "com.samsung.android.dialer", "com.google.android.youtube"])
def test_apps_of_makers_of_phones_are_other_apps(package: str) -> None:
    assert recognise(TIKTOK, parse(of(package, tree(*ICONS)))).screen is Screen.OTHER_APP


@pytest.mark.parametrize(
    "package", ["com.android.intentresolver", "com.huawei.android.internal.app", "com.hihonor.android.internal.app"]
)
def test_a_chooser_is_known_by_its_window_or_its_two_answers(package: str) -> None:
    strange = tree(label("Qoruvabi", (72, 845, 648, 907)), button("Pomura", (60, 1400, 500, 1484)))
    assert recognise(TIKTOK, parse(of(package, strange))).screen is Screen.CHOOSER
    answers = tree(button("Nur diesmal", (60, 1400, 500, 1484)), button("Immer", (560, 1400, 1000, 1484)))
    assert recognise(TIKTOK, parse(of("android", answers))).screen is Screen.CHOOSER


@pytest.mark.parametrize("deny", ["Refuser", "Từ chối", "拒绝", "Denegar", "Tolak"])
def test_a_permission_dialog_without_its_ids_is_refused(deny: str) -> None:
    xml = tree(
        label("Qoruvabi?", (140, 1500, 940, 1600)),
        button(deny, (140, 1700, 500, 1800)),
        button("Zelo", (540, 1700, 940, 1800)),
    )
    seen = recognise(TIKTOK, parse(of("com.lbe.security.miui", xml)))
    assert seen.screen is Screen.PERMISSION_DIALOG
    assert seen.popup is not None
    assert seen.popup.dismiss is not None
    assert seen.popup.dismiss.bounds.left == 140


def test_the_recorded_launcher_is_one_without_nesting_too() -> None:
    xml = flatten(dump("sys_xiaomi_launcher_google_widget_es"))
    assert recognise(load("instagram"), parse(xml)).screen is Screen.LAUNCHER
