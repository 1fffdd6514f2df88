"""Blockers by parts of sentences: on pages that are otherwise unknown and in dialogs, never in what people say."""

import pytest

from drover.apps import Screen, load, recognise
from drover.phone.hierarchy import parse
from tests.support.mockups import as_instagram, tt_tabs
from tests.support.trees import box, button, label, node, tree
from tests.support.uidumps import app_of, dump

PAGES = {
    "Please record a short video selfie so that we know you": Screen.VERIFICATION,
    "Confirmez que vous êtes une personne réelle grâce à un selfie vidéo": Screen.VERIFICATION,
    "Envie um documento de identidade para continuar": Screen.VERIFICATION,
    "Hãy quay video selfie để chúng tôi biết đó là bạn": Screen.VERIFICATION,
    "请上传你的身份证件": Screen.VERIFICATION,
    "Haz una selfie en video para continuar": Screen.VERIFICATION,
    "Nimm jetzt ein Video-Selfie auf": Screen.VERIFICATION,
    "Kirim tanda pengenal Anda": Screen.VERIFICATION,
    "يجب إرسال بطاقة هوية": Screen.VERIFICATION,
    "We need to make sure that you're human before you go on": Screen.CAPTCHA,
    "Prouve que tu n'es pas un robot": Screen.CAPTCHA,
    "Wir müssen wissen, dass du ein Mensch bist": Screen.CAPTCHA,
    "Sorry, your account has been suspended for now": Screen.DISABLED,
    "Lo sentimos, tu cuenta ha sido inhabilitada": Screen.DISABLED,
    "تم تعليق حسابك مؤقتًا": Screen.DISABLED,
    "You're sending these too fast, take a break": Screen.RESTRICTION,
    "Você está curtindo rápido demais": Screen.RESTRICTION,
    "Sesi telah berakhir, silakan coba": Screen.LOGIN_WALL,
}


def page(words: str) -> str:
    return tree(label(words, (60, 700, 1020, 900)), button("Pomura", (60, 2100, 1020, 2240)))


@pytest.mark.parametrize("words", PAGES)
def test_a_phrase_tells_a_blocker_on_a_page_of_its_own(words: str) -> None:
    for platform, xml in (("tiktok", page(words)), ("instagram", as_instagram(page(words)))):
        seen = recognise(load(platform), parse(xml))
        assert seen.screen is PAGES[words]
        assert seen.blocker is not None
        assert seen.blocker.headline == words


SAID = "I did the video selfie and then my session has expired"
CHAT = (
    box((0, 300, 1080, 2100), label(SAID, (60, 700, 900, 800)), cls="androidx.recyclerview.widget.RecyclerView"),
    node((60, 2200, 900, 2320), text="Qoruvabi", cls="android.widget.EditText", clickable=True),
)
FEED = (node((0, 0, 1080, 2208), desc="Video"), label(SAID, (30, 1900, 900, 2000)), tt_tabs())


@pytest.mark.parametrize("nodes", [CHAT, FEED])
def test_what_people_say_is_no_blocker(nodes: tuple[str, ...]) -> None:
    assert recognise(load("tiktok"), parse(tree(*nodes))).blocker is None


def test_a_dialog_over_content_says_it_too() -> None:
    dialog = box(
        (100, 900, 980, 1500),
        label("You are liking videos too fast, so this is turned off", (140, 940, 940, 1100)),
        button("OK", (140, 1360, 940, 1460)),
    )
    seen = recognise(load("tiktok"), parse(tree(*FEED, dialog)))
    assert (seen.screen, seen.blocker is not None) == (Screen.RESTRICTION, True)


def test_a_failing_network_is_no_restriction() -> None:
    assert (
        recognise(load("tiktok"), parse(page("Couldn't load. Check your network and try again later."))).blocker is None
    )


DIALOG = box(
    (100, 900, 980, 1500),
    label("You are liking videos too fast, so this is turned off", (140, 940, 940, 1100)),
    button("OK", (140, 1360, 940, 1460)),
)


@pytest.mark.parametrize(
    "page",
    [
        (box((60, 300, 1020, 800), label("Qoruvabi", (80, 320, 900, 400))), tt_tabs()),
        (node((0, 0, 1080, 2208), desc="Video"), box((60, 300, 1020, 800)), tt_tabs()),
    ],
)
def test_a_dialog_is_not_hidden_by_another_box_or_by_a_page_that_still_loads(page: tuple[str, ...]) -> None:
    assert recognise(load("tiktok"), parse(tree(*page, DIALOG))).blocker is not None


SONGS = ("Welcome back", "Video selfie", "Take a selfie (sped up)", "Your account was suspended")


@pytest.mark.parametrize("name", SONGS)
def test_a_song_or_a_search_named_like_a_blocker_is_none(name: str) -> None:
    """What people named: songs in the editor's list and on their page, earlier searches, a place for a post."""
    for recording, said in (
        ("ex_tt4643_sound_sheet_for_you_en", "Kez Kud Dop 18"),
        ("tt_editor_en", "Restless - Instrumental"),
        ("ig_caption_empty_en", "Las Vegas, Nevada"),
        ("flat_tt_post_s5_caption_empty_en", "Times Square"),
    ):
        app, xml = app_of(recording), dump(recording)
        changed = xml.replace(f'"{said}"'.encode(), f'"{name}"'.encode())
        assert changed != xml
        seen = recognise(app, parse(changed))
        assert (seen.screen, seen.blocker) == (recognise(app, parse(xml)).screen, None), recording


def test_what_the_app_says_over_a_form_without_a_button_is_a_blocker() -> None:
    toast = label("You're following too fast. Take a break.", (200, 1000, 900, 1100))
    xml = dump("tt_editor_en").replace(b"</hierarchy>", f"{box((180, 980, 920, 1120), toast)}</hierarchy>".encode())
    assert recognise(load("tiktok"), parse(xml)).screen is Screen.RESTRICTION
