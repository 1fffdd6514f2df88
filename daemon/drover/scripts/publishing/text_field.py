"""Writes words into a field of a form and reads them back: one flow for every app; where the field is, is the app's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drover.apps import Screen
from drover.phone.hierarchy import Node
from drover.phone.typed_text import same_text
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, Sight
from drover.wire.tasks import Reason

_FIELD_S: Final = 15.0
_FOCUS_S: Final = 4.0
_SHOWN_S: Final = 6.0


@dataclass(frozen=True, kw_only=True)
class TextField:
    """A field of the form in front. `text` gives what it holds, "" for a placeholder, None without a field."""

    name: str
    node: Callable[[Sight], Node | None]
    text: Callable[[Sight], str | None]


def on_form(sight: Sight) -> bool:
    """Whether the form is in front."""
    return sight.seen.screen is Screen.POST_FORM


def write(nav: Navigator, field: TextField, text: str) -> None:
    """Type into the field, replacing what it holds, and read it back; raises ScriptFailed where it reads otherwise."""
    nav.ctx.step(f"writing the {field.name}", 50)
    focus(nav, field)
    nav.phone.type_text(text)
    shown = nav.find(
        lambda sight: True if _holds(field, sight, text) else None,
        what=f"the {field.name} as it was typed",
        timeout_s=_SHOWN_S,
    )
    if shown is None:
        _refuse(nav, field, text)


def focus(nav: Navigator, field: TextField) -> None:
    """Tap the field. Typing goes where the focus is: it must be in this field and in no other."""
    nav.tap(
        nav.bring(
            lambda sight: field.node(sight) if on_form(sight) else None,
            page=on_form,
            what=f"the field for the {field.name}",
            timeout_s=_FIELD_S,
            patient=True,
        )
    )
    nav.reach(
        lambda sight: True if (node := field.node(sight)) is not None and node.focused else None,
        what=f"the focus in the field for the {field.name}",
        timeout_s=_FOCUS_S,
        patient=True,
    )


def _holds(field: TextField, sight: Sight, text: str) -> bool:
    now = field.text(sight)
    return now is not None and same_text(now, text)


def _refuse(nav: Navigator, field: TextField, text: str) -> None:
    shown = field.text(nav.look()) or ""
    nav.ctx.keep("caption_differs")
    raise ScriptFailed(
        Reason.APP_CHANGED,
        f"The {field.name} on {nav.phone.serial} reads {shown[:80]!r} after typing {text[:80]!r}: the app took it "
        "otherwise, and nothing was published; look at the kept screenshot, then create it again in other words.",
    )
