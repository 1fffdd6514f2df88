"""The last screen before publishing: cover, caption, options, and Save draft | Share in one clickable container."""

from phonesim.apps.instagram.scene import BAR, BLUE, DIM, GREY, INK, Scene, group, modal_shell
from phonesim.apps.posting.pictures import picture_of
from phonesim.apps.posting.state import CAPTION, Composition, unfinished_tag
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import BACK, LIST, NOTHING, WHITE, heading, icon, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, view

_TOP = STATUS + BAR
_FOOT = 194
_SUGGESTED = ("mountains", "sunset", "vintage")


def caption(scene: Scene, made: Composition) -> View:
    """While the caption is typed the cover goes, the field grows, and OK stands in the title bar."""
    bottom = scene.frame.bottom
    typing = scene.field == CAPTION
    foot = bottom - _FOOT
    scrolled: Bounds = (0, _TOP, 1080, foot)
    content = view(
        "LinearLayout", scrolled, *_content(scene, made, typing, foot), id="content_view", flags="Cf", action=NOTHING
    )
    scroll = view("ScrollView", scrolled, content, id="scroll_view", flags="fs")
    body = group((0, _TOP, 1080, bottom), scroll, _foot(scene, foot), *_covering(scene, made, bottom))
    # The recording has the bar after the page, as a sibling of the whole.
    return modal_shell(scene, body, status=True, beside=_title_bar(scene, typing))


def _content(scene: Scene, made: Composition, typing: bool, foot: int) -> list[View]:
    y = _TOP + 34
    rows: list[View] = []
    if not typing:
        rows.append(_cover(scene, made, y))
        y += 686
    height = 500 if typing else 117
    rows.append(_caption_box(scene, made, y, height, typing))
    y += height + 182
    if scene.page.target == "feed" and not typing:
        rows.append(_music(scene, made, y))
        y += 119
    if not (typing and unfinished_tag(made.texts[CAPTION])):
        for key, id_, sub in (
            ("tag_people", "", ""),
            ("add_location", "metadata_location_row", ""),
            *_more(scene, made),
        ):
            if y + 119 <= foot:
                rows.append(_option(scene, key, id_, sub, y))
                y += 119
    else:
        rows += _suggestions(scene, made, y, foot)
    return rows


def _music(scene: Scene, made: Composition, top: int) -> View:
    """The sound of pictures: a row that adds one, or the one that was added and what takes it off."""
    box: Bounds = (0, top, 1080, top + 119)
    note = icon((39, top + 29, 98, top + 88), "music", id="music_row_icon", size=52)
    if made.sound is None:
        words = text((128, top + 34, 900, top + 83), scene.labels["add_audio"], id="music_row_title", size=42)
        return view("LinearLayout", box, note, words, flags="Cf", action=Action("sounds"))
    area: Bounds = (950, top + 20, 1041, top + 100)
    tap = Action("remove_sound")
    cross = icon(
        area, "close", id="music_track_cross", desc=scene.labels["remove_sound"], flags="Cf", action=tap, size=40
    )
    parts = [
        note,
        text((128, top + 14, 900, top + 63), made.sound.name, id="music_track_title", size=42),
        text((128, top + 65, 900, top + 105), made.sound.artist, id="music_track_subtitle", size=34, color=DIM),
        cross,
    ]
    return view("LinearLayout", box, *parts, flags="Cf", action=Action("sounds"))


def _more(scene: Scene, made: Composition) -> tuple[tuple[str, str, str], ...]:
    if scene.page.target == "reel" and made.sound is None:
        return (("rename_audio", "", "original_audio"), ("audience", "", "everyone"))
    return (("audience", "", "everyone"),)


def _cover(scene: Scene, made: Composition, top: int) -> View:
    frame: Bounds = (358, top, 720, top + 646)
    edit: Bounds = (381, top + 553, 588, top + 622)
    words = text(
        (411, top + 568, 558, top + 607), scene.labels["edit_cover"], id="clip_thumbnail_text", size=32, color=WHITE
    )
    thumb = view(
        "Button",
        frame,
        id="clip_thumbnail_image",
        desc=scene.labels["edit_cover_hint"],
        flags="C",
        action=NOTHING,
        style=picture_of(made.files[0]),
    )
    style = Style(fill="#555b63", radius=30)
    button = view("Button", edit, words, id="clip_thumbnail_layout", flags="C", action=NOTHING, style=style)
    preview = view("FrameLayout", frame, thumb, button, id="cover_photo_preview", flags="Cf", action=NOTHING)
    return view("FrameLayout", (0, top, 1080, top + 686), preview)


def _caption_box(scene: Scene, made: Composition, top: int, height: int, typing: bool) -> View:
    labels = scene.labels
    words = made.texts[CAPTION]
    placeholder = labels["write_caption" if scene.page.target == "reel" else "write_caption_short"]
    box: Bounds = (39, top + 40, 1041, top + 40 + height)
    field = view(
        "AutoCompleteTextView",
        box,
        id="caption_input_text_view",
        text=words or placeholder,
        flags="CLfF" if typing else "CLf",
        field=CAPTION,
        style=Style(size=40, color=INK if words else DIM, lines=max(2, height // 52)),
    )
    y = box[3]
    keys = ("hashtags", "link_reel", "poll", "prompt", *(("rewrite",) if words else ()))
    chips = [_chip(labels[key], 39 + i * 210, y + 20) for i, key in enumerate(keys)]
    strip = view(LIST, (0, y, 1080, y + 141), *chips, id="caption_add_on_recyclerview", flags="f")
    line = view("View", (0, top, 1080, top + 2), id="caption_box_divider", style=Style(fill=GREY))
    return view("LinearLayout", (0, top, 1080, y + 141), line, field, strip)


def _chip(word: str, left: int, top: int) -> View:
    box: Bounds = (left, top, left + 195, top + 102)
    row: Bounds = (left, top + 24, left + 195, top + 102)
    parts = [
        icon((left + 15, top + 48, left + 45, top + 78), "plus", id="suggestion_icon", size=28),
        text((left + 52, top + 43, left + 190, top + 82), word, id="suggestion_text", size=32),
    ]
    inner = view("LinearLayout", row, *parts, id="button_layout", style=Style(fill=GREY, radius=24))
    return view("Button", box, inner, flags="Cf", action=NOTHING)


def _option(scene: Scene, key: str, id_: str, sub: str, top: int) -> View:
    labels = scene.labels
    box: Bounds = (0, top, 1080, top + 119)
    if id_:
        label = text((128, top, 983, top + 117), labels[key], id="location_label", size=42)
        parts = [
            icon((39, top + 29, 128, top + 88), "globe", id="location_balloon", size=52),
            label,
            icon((983, top + 20, 1041, top + 98), "play", id="arrow", size=30, color=DIM),
        ]
        area: Bounds = (0, top, 1080, top + 117)
        first = view("LinearLayout", area, *parts, id="metadata_location_first_row", flags="Cf", action=NOTHING)
        return view(
            "Button", box, view("LinearLayout", box, first, id=id_, desc=labels[key]), flags="C", action=NOTHING
        )
    words = [text((128, top + 34, 415, top + 83), labels[key], id="title", size=42)]
    if sub:
        words.append(
            text((415, top + 37, 963, top + 80), labels[sub], id="inline_subtitle", size=38, color=DIM, align="right")
        )
    line: Bounds = (128, top + 34, 1002, top + 83)
    picture = icon((39, top + 29, 128, top + 88), "person", id="icon", size=52)
    inner = view("LinearLayout", line, view("LinearLayout", line, *words))
    title = view("LinearLayout", (39, top + 29, 1002, top + 88), picture, inner, id="title_container")
    chevron = icon((1002, top + 40, 1041, top + 79), "play", id="chevron_icon", size=30, color=DIM)
    return view("Button", box, title, chevron, flags="Cf", action=NOTHING)


def suggested_words(words: str) -> list[str]:
    """What completes the `#tag` or `@name` at the end: what was typed, and longer ones."""
    started = unfinished_tag(words)
    return [started, *(f"{started}{more}" for more in _SUGGESTED)] if started else []


def _suggestions(scene: Scene, made: Composition, top: int, foot: int) -> list[View]:
    rows: list[View] = []
    for i, word in enumerate(suggested_words(made.texts[CAPTION])):
        box: Bounds = (0, top + i * 130, 1080, top + 130 + i * 130)
        if box[3] <= foot:
            id_ = "row_search_user_username" if word.startswith("@") else "row_hashtag_textview_tag_name"
            words = text((140, box[1] + 30, 1000, box[3] - 30), word, id=id_, size=42, bold=True)
            rows.append(view("LinearLayout", box, words, flags="Cf", action=Action("suggestion", word)))
    return rows


def _covering(scene: Scene, made: Composition, bottom: int) -> tuple[View, ...]:
    """Under the fault the list stays when the keyboard goes, over Share."""
    if not scene.posting.covered:
        return ()
    box: Bounds = (0, bottom - 560, 1080, bottom)
    rows = _suggestions(scene, made, bottom - 540, bottom)
    return (view("ListView", box, *rows, flags="Cfs", action=NOTHING, style=Style(fill=WHITE, shadow=True)),)


def _foot(scene: Scene, top: int) -> View:
    """Save draft and Share, or for images Share alone under another id; the container around them is clickable too."""
    labels = scene.labels
    bottom = scene.frame.bottom
    box: Bounds = (0, top, 1080, bottom)
    line = view("View", (0, top, 1080, top + 2), id="footer_button_divider", style=Style(fill=GREY))
    share = Action("share")
    if scene.page.target == "reel":
        buttons = [
            _foot_button(
                "Button",
                "save_draft_button",
                labels["save_draft"],
                (39, top + 36, 520, top + 144),
                Action("save_draft"),
            ),
            _foot_button("FrameLayout", "share_button", labels["share"], (560, top + 36, 1041, top + 144), share),
        ]
    else:
        wide: Bounds = (39, top + 36, 1041, top + 144)
        buttons = [_foot_button("Button", "share_footer_button", labels["share"], wide, share)]
    inner = group(box, line, *buttons, id="footer_button_container")
    return view(
        "LinearLayout", box, inner, id="share_button_container", flags="Cf", action=NOTHING, style=Style(fill=WHITE)
    )


def _foot_button(cls: str, id_: str, word: str, box: Bounds, action: Action) -> View:
    middle = (box[0] + box[2]) // 2
    dark = action.name == "share"
    label = heading((middle - 120, box[1] + 32, middle + 120, box[3] - 31), word, size=42, color=WHITE if dark else INK)
    style = Style(fill=BLUE if dark else GREY, radius=50)
    return view(cls, box, label, id=id_, desc=word, flags="Cf", action=action, style=style)


def _title_bar(scene: Scene, typing: bool) -> View:
    labels = scene.labels
    bar: Bounds = (0, STATUS, 1080, _TOP)
    edge = 951 if typing else 1060
    word = labels["new_reel" if scene.page.target == "reel" else "new_post"]
    box: Bounds = (136, STATUS + 39, 413, STATUS + 97)
    title = text((176, STATUS + 39, 413, STATUS + 97), word, id="action_bar_title", desc=word, size=48, bold=True)
    back = icon(
        (0, STATUS, 136, _TOP), "back", id="action_bar_button_back", desc=labels["back"], flags="Cf", action=BACK
    )
    area: Bounds = (0, STATUS, edge, _TOP)
    body = view("LinearLayout", box, view("LinearLayout", box, title, id="action_bar_title_and_icons"))
    named = view("LinearLayout", area, back, body, id="action_bar_new_title_container", flags="Cf", action=NOTHING)
    parts = [named]
    if typing:
        ok: Bounds = (951, STATUS + 20, 1060, _TOP)
        parts.append(
            text_button(
                ok,
                labels["ok"],
                id="action_bar_button_text",
                desc=labels["ok"],
                action=Action("hide_keyboard"),
                size=46,
                bold=True,
                color=BLUE,
                align="center",
            )
        )
    inner = view("LinearLayout", bar, *parts, id="action_bar", flags="Cf", action=NOTHING, style=Style(fill=WHITE))
    return view("FrameLayout", bar, view("FrameLayout", bar, inner, id="action_bar_wrapper"), id="action_bar_container")
