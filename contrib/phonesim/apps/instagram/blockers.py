"""Screens that stop everything, as recorded: login wall, code from an image, ID, disabled account. They have no ids."""

from phonesim.apps.instagram.scene import BLUE, DIM, GREY, INK, RED, Box, Scene, group, modal_shell, nest
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import LIST, NOTHING, WHITE, heading, icon, text, text_button
from phonesim.ui.view import Bounds, Style, View, view

_HEAD = 107


def login_wall(scene: Scene) -> View:
    """The app has no account: user name, password, Log in; no node has an id."""
    labels = scene.labels
    bottom = scene.frame.bottom
    page: Bounds = (0, STATUS, 1080, bottom)
    label = text((398, 542, 625, 607), labels["language"], cls="View", desc=labels["language"], size=38, color=DIM)
    language = view("Button", (48, 542, 1032, 607), label, desc=labels["language"], flags="Cf")
    style = Style(text="Instagram", size=90, bold=True, align="center")
    logo = view("ImageView", (48, 607, 1032, 787), desc=labels["logo"], style=style)
    forgot: Bounds = (346, 1462, 734, 1536)
    parts = [
        language,
        logo,
        _field(labels["login_name"], 847, wrapped=True),
        _field(labels["password"], 1062, wrapped=False),
        _wide(labels["log_in"], 1277, BLUE, WHITE),
        view(
            "Button",
            (298, 1445, 782, 1553),
            nest((298, 1445, 782, 1553), (Box("ViewGroup"),) * 2, group(forgot, _forgot(labels["forgot"], forgot))),
            desc=labels["forgot"],
            flags="Cf",
        ),
        group(
            (48, 1553, 1032, 1793),
            _wide(labels["new_account"], 1553, WHITE, BLUE),
            view("ImageView", (450, 1745, 630, 1781), desc=labels["meta_logo"]),
        ),
    ]
    form = group((48, 542, 1032, 1793), *parts, flags="Cf")
    levels = (*[Box("FrameLayout")] * 3, *[Box("ViewGroup")] * 6)
    return modal_shell(scene, nest(page, levels, form))


def _forgot(word: str, box: Bounds) -> View:
    return heading(box, word, cls="View", desc=word, size=40)


def _field(word: str, top: int, *, wrapped: bool) -> View:
    box: Bounds = (48, top, 1032, top + 179)
    label: Bounds = (96, top + 62, 700, top + 118)
    named = group((96, top, 814, top + 179), text(label, word, cls="View", desc=word, size=40, color=DIM))
    edit = view("EditText", (96, top + 83, 876, top + 142), desc=f"{word},", flags="CLf")
    inner = view("ViewGroup", box, named, edit, flags="Cf", style=Style(outline="#dbdfe4", radius=24))
    return group(box, group(box, inner)) if wrapped else group(box, inner)


def _wide(word: str, top: int, fill: str, ink: str) -> View:
    box: Bounds = (48, top, 1032, top + 132)
    label = heading((200, top + 35, 880, top + 97), word, cls="View", desc=word, size=44, color=ink)
    inner = group(box, label)
    style = Style(fill=fill, radius=60, outline="" if fill != WHITE else BLUE)
    return view("Button", box, inner, desc=word, flags="Cf", action=NOTHING, style=style)


def _challenge(scene: Scene, body: tuple[View, ...], foot: str) -> View:
    """The page that every challenge stands in: Menu at the top, a list, one button at the bottom."""
    labels = scene.labels
    bottom = scene.frame.bottom
    page: Bounds = (0, STATUS, 1080, bottom)
    menu: Bounds = (954, STATUS + 5, 1059, STATUS + 102)
    head = group(
        (0, STATUS, 1080, STATUS + _HEAD),
        view("ImageView", (104, STATUS, 386, STATUS + _HEAD), style=Style(text="Instagram", size=54, bold=True)),
        view(
            "Button",
            menu,
            icon((974, STATUS + 24, 1032, STATUS + 82), "menu", size=56),
            text((1032, STATUS + 32, 1040, STATUS + 76), " ", cls="View"),
            desc=labels["menu"],
            flags="Cf",
        ),
    )
    line = group((0, STATUS + _HEAD, 1080, STATUS + _HEAD + 3))
    parts: list[View] = []
    if body:
        end = bottom - 184
        listed = view(LIST, (0, STATUS + 110, 1080, end), *body, flags="f")
        button: Bounds = (39, bottom - 142, 1041, bottom - 39)
        words: Bounds = (420, bottom - 112, 660, bottom - 67)
        label = heading(words, foot, cls="View", size=42, color=WHITE)
        action = view("Button", button, label, desc=foot, flags="Cf", action=NOTHING, style=Style(fill=BLUE, radius=50))
        parts = [group((0, STATUS + 110, 1080, bottom), listed, group((0, end, 1080, end + 3)), action)]
    inner = group(page, head, line, *parts)
    frames = (Box("FrameLayout", "bloks_container"), Box("ViewGroup"), Box("ViewGroup"))
    return modal_shell(scene, nest(page, frames, inner), status=True)


def challenge_loading(scene: Scene) -> View:
    """A challenge before it is there: nothing but Menu."""
    return _challenge(scene, (), "")


def captcha(scene: Scene) -> View:
    """Confirm you're human: a code to read off a picture."""
    labels = scene.labels
    top = STATUS + 110
    title = labels["captcha_title"]
    head = group(
        (0, top, 1080, top + 247),
        text((78, top + 88, 1000, top + 159), title, cls="View", desc=title, flags="f", size=60, bold=True),
    )
    y = top + 247
    whole: Bounds = (0, y, 1080, y + 633)
    hint = labels["captcha_hint"]
    parts = [
        view("ImageView", (174, y + 93, 907, y + 276), style=Style(artwork="captcha")),
        text((78, y + 315, 1002, y + 369), hint, cls="View", desc=hint, size=36, color=DIM),
        text_button((426, y + 315, 678, y + 369), labels["hear_code"], size=1, color=DIM),
        text_button((732, y + 315, 1000, y + 369), labels["new_code"], size=1, color=DIM),
        group(
            (78, y + 408, 1002, y + 555),
            view(
                "EditText", (117, y + 459, 963, y + 504), text=labels["enter_code"], flags="CLf", style=Style(color=DIM)
            ),
        ),
    ]
    return _challenge(scene, (head, group(whole, view(LIST, whole, group(whole, *parts), flags="f"))), labels["next"])


def verification(scene: Scene) -> View:
    """Upload your ID."""
    labels = scene.labels
    top = STATUS + 110
    title, words = labels["id_title"], labels["id_text"]
    head = group(
        (0, top, 1080, top + 1096),
        text((96, top + 108, 984, top + 196), title, cls="View", desc=title, flags="f", size=64, bold=True),
        text((96, top + 220, 984, top + 1012), words, cls="View", desc=words, size=38, lines=12, color=INK),
    )
    y = top + 1096
    box: Bounds = (96, y, 984, y + 102)
    label = text((398, y + 23, 683, y + 80), labels["upload_photo"], cls="View", size=40, align="center")
    style = Style(fill=GREY, radius=50)
    upload = view("Button", box, label, desc=labels["upload_photo"], flags="Cf", action=NOTHING, style=style)
    return _challenge(
        scene, (head, group((0, y, 1080, y + 198), view(LIST, box, group(box, upload), flags="f"))), labels["submit"]
    )


def disabled(scene: Scene) -> View:
    """We disabled your account."""
    labels = scene.labels
    top = STATUS + 110
    title = labels["disabled_title"]
    lost = labels.filled("disabled_lost", scene.world.active)
    on = labels["disabled_on"]
    picture: Bounds = (423, top + 78, 658, top + 313)
    head = group(
        (0, top, 1080, top + 666),
        group(picture, view("ImageView", picture, style=Style(icon="lock", size=180, color=RED))),
        heading((60, top + 402, 1020, top + 473), title, cls="View", desc=title, flags="f", size=60),
        text((60, top + 492, 1020, top + 537), lost, cls="View", desc=lost, size=38, align="center"),
        text((60, top + 556, 1020, top + 597), on, cls="View", desc=on, flags="f", size=36, color=DIM, align="center"),
    )
    y = top + 670
    why = labels["disabled_why_text"]
    rule: Bounds = (39, y + 230, 1041, y + 348)
    reasons = group(
        (0, y, 1080, y + 372),
        text((39, y + 39, 1000, y + 93), labels["disabled_why"], cls="View", size=46, bold=True),
        text((39, y + 130, 1041, y + 215), why, cls="View", desc=why, size=38, lines=2),
        group(
            rule,
            icon((78, y + 260, 136, y + 318), "bell", size=56),
            text_button(
                (166, y + 262, 1002, y + 316), labels["read_rule"], desc=labels["read_rule"], flags="f", size=38
            ),
            flags="Cf",
        ),
    )
    return _challenge(scene, (head, reasons), labels["log_out"])
