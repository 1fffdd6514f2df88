"""Suggested accounts, in the feed and on profiles: cards with Follow buttons of their own, not the profile's."""

from phonesim.apps.instagram.scene import BLUE, DIM, Scene, plate_button
from phonesim.ui.controls import LIST, heading, icon, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import Relation, User, creator, lookalikes, user


def carousel(scene: Scene, top: int, bottom: int) -> View:
    """Cards of suggested accounts, each with a Follow button and a "Followed by ..." of its own."""
    labels = scene.labels
    end = min(bottom, top + 804)
    header: Bounds = (0, top, 1080, top + 98)
    title = labels["suggested"]
    area: Bounds = (800, top + 20, 1041, top + 65)
    head = view(
        "ViewGroup",
        header,
        text(
            (34, top + 20, 640, top + 65), title, id="netego_carousel_title", desc=title, flags="f", size=42, bold=True
        ),
        text_button(area, labels["see_all"], id="netego_carousel_cta", size=40, color=BLUE, align="right"),
        id="netego_carousel_header",
    )
    others = suggested(creator(scene.position))
    cards = [_card(scene, other, 34 + i * 700, top + 98) for i, other in enumerate(others[:2])]
    strip = view(LIST, (0, top + 98, 1080, top + 765), *cards, id="netego_carousel_view", flags="fs")
    space = view("View", (0, top + 765, 1080, top + 804), id="footer_space")
    box: Bounds = (0, top, 1080, end)
    return view("LinearLayout", box, view("LinearLayout", box, head, strip, space, id="netego_carousel_container_view"))


def suggested(around: User) -> list[User]:
    """Accounts that the app suggests beside this one."""
    return [found for name in lookalikes(f"{around.handle[:12]}.x") if (found := user(name)) is not None]


def _card(scene: Scene, other: User, left: int, top: int) -> View:
    labels = scene.labels
    right = min(1080, left + 669)
    box: Bounds = (left, top, right, top + 667)
    desc = labels.filled("followed_by", *(found.handle for found in suggested(other)[:2]))
    context: Bounds = (left + 30, top + 457, right - 20, top + 540)
    information = view(
        "RelativeLayout",
        (left + 30, top + 402, right - 20, top + 549),
        heading((left + 40, top + 411, right - 20, top + 453), other.name, id="suggested_entity_card_name", size=40),
        view(
            "LinearLayout",
            context,
            view(
                "ImageView",
                (context[0], context[1], context[0] + 90, context[3]),
                id="suggested_entity_card_context_stacked_avatar_view",
            ),
            text(
                (context[0] + 100, *context[1:]), desc, id="suggested_entity_card_context", size=34, color=DIM, lines=2
            ),
            id="suggested_entity_card_social_context_container",
        ),
        id="information_container",
    )
    button = _follow_button(scene, other, (left + 30, top + 560, right - 20, top + 638))
    picture: Bounds = (left + 153, top + 30, min(right, left + 515), top + 392)
    area: Bounds = (picture[0], picture[1], picture[2], picture[3] + 10)
    inner = view("ImageView", picture, id="suggested_entity_card_image", style=Style(avatar=other.handle))
    frame = view("FrameLayout", area, inner, id="suggested_entity_card_image_frame")
    card = view(
        "LinearLayout",
        box,
        frame,
        information,
        button,
        id="suggested_entity_card_container",
        flags="Cf",
        action=Action("profile", other.handle),
        style=Style(outline="#dbdfe4", radius=16),
    )
    dismiss = icon(
        (right - 69, top, right, top + 69), "close", id="dismiss_button", desc=labels["dismiss"], flags="Cf", size=36
    )
    return view("FrameLayout", box, card, dismiss, id="suggested_entity_card_top_frame")


def _follow_button(scene: Scene, other: User, box: Bounds) -> View:
    word, tap = follow_word(scene, other)
    asks = tap.name == "follow"
    id_, desc, flags = "suggested_user_card_follow_button", f"{word} {other.name}", "CfS" if asks else "Cf"
    return plate_button(box, word, id=id_, desc=desc, flags=flags, action=tap, size=40, radius=24, strong=asks)


def follow_word(scene: Scene, other: User) -> tuple[str, Action]:
    """What the button of another user says now, and what a tap on it asks for."""
    relation = scene.relation(other.handle)
    key = {Relation.NONE: "follow", Relation.FOLLOWED_BY: "follow_back", Relation.REQUESTED: "requested"}.get(
        relation, "following"
    )
    return scene.labels[key], Action(
        "follow" if key.startswith("follow_") or key == "follow" else "relation", other.handle
    )


def profile_suggestions(scene: Scene, found: User, top: int) -> View:
    """The strip that opens under the actions of a profile, with a Follow button on each card."""
    labels = scene.labels
    box: Bounds = (0, top, 1080, top + 560)
    head = [
        text((34, top, 700, top + 60), labels["suggested"], size=38, bold=True),
        text_button((780, top, 1041, top + 60), labels["see_all"], size=38, color=BLUE, align="right"),
    ]
    cards = [_small_card(scene, other, 34 + i * 440, top + 70) for i, other in enumerate(suggested(found)[:3])]
    strip = view(LIST, (0, top + 70, 1080, top + 550), *cards, id="similar_accounts_carousel_view", flags="fs")
    return view("LinearLayout", box, *head, strip, id="similar_accounts_container")


def _small_card(scene: Scene, other: User, left: int, top: int) -> View:
    right = min(1080, left + 420)
    button = _follow_button(scene, other, (left + 20, top + 370, right - 20, top + 448))
    desc = scene.labels.filled("followed_by", *(found.handle for found in suggested(other)[:2]))
    area: Bounds = (left + 110, top + 20, min(right, left + 310), top + 220)
    parts = [
        view("ImageView", area, id="suggested_entity_card_image", style=Style(avatar=other.handle)),
        text(
            (left + 20, top + 230, right - 10, top + 280), other.name, id="suggested_entity_card_name", align="center"
        ),
        text(
            (left + 20, top + 290, right - 10, top + 350), desc, id="suggested_entity_card_context", size=30, color=DIM
        ),
        button,
    ]
    box: Bounds = (left, top, right, top + 470)
    tap = Action("profile", other.handle)
    style = Style(outline="#dbdfe4", radius=16)
    return view("LinearLayout", box, *parts, id="suggested_entity_card_container", flags="Cf", action=tap, style=style)
