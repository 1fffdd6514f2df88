"""Small hand-written hierarchies: what a test says is what it needs, the rest has sane values."""

from xml.sax.saxutils import quoteattr

from drover.phone.hierarchy import Hierarchy, parse

APP = "org.example.app"
SCREEN = (0, 0, 1080, 2400)


def view(
    *children: str,
    at: tuple[int, int, int, int] = SCREEN,
    text: str = "",
    desc: str = "",
    name: str = "",
    cls: str = "android.widget.TextView",
    package: str = APP,
    **flags: bool,
) -> str:
    """One node as XML; `flags` are attributes such as clickable, selected, enabled."""
    resource = f"{package}:id/{name}" if name else ""
    shown = " ".join(f'{flag.replace("_", "-")}="{str(on).lower()}"' for flag, on in flags.items())
    return (
        f"<node text={quoteattr(text)} content-desc={quoteattr(desc)} resource-id={quoteattr(resource)}"
        f' class="{cls}" package="{package}" {shown} bounds="[{at[0]},{at[1]}][{at[2]},{at[3]}]">'
        f"{''.join(children)}</node>"
    )


def screen(*children: str) -> Hierarchy:
    """The children inside a root that fills a screen of 1080 by 2400."""
    return parse(f'<hierarchy rotation="0">{view(*children, cls="android.widget.FrameLayout")}</hierarchy>')


def flat(*nodes: str) -> Hierarchy:
    """The nodes side by side, as in a dump that lost its nesting."""
    return parse(f'<hierarchy rotation="0">{view()}{"".join(nodes)}</hierarchy>')
