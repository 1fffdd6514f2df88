"""Blockers by parts of sentences: on pages that are otherwise unknown and in dialogs, never in what people say."""

import pytest

from drover.apps import Screen, load, recognise
from drover.phone.hierarchy import parse
from tests.support.mockups import as_instagram, tt_tabs
from tests.support.trees import box, button, label, node, tree

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
