"""The sound of a post: taken off, put on, found by name, its volumes; and the page of a sound that is used.

No recording of these sheets is known. What is not found ends the task before anything is posted, with its reason.
"""

from typing import Final, NoReturn

from drover.apps import Screen
from drover.apps import sounds as shown
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.wire.post import PostConfig
from drover.wire.tasks import Reason

_CHIP_S: Final = 6.0
_SHEET_S: Final = 8.0
_TAB_S: Final = 15.0
_TAKE_S: Final = 3.0
_SLIDES: Final = 4


def use_button(nav: Navigator, sight: Sight) -> Node | None:
    """What uses the sound, on its page."""
    return shown.use_button(View(nav.app, sight.tree)) if sight.seen.screen is Screen.SOUND_PAGE else None


def open_found(nav: Navigator, name: str, wait_s: float) -> None:
    """Open the first sound that the search for this name lists."""
    results = nav.reach(
        lambda sight: sight if sight.seen.screen is Screen.SEARCH_RESULTS else None,
        what="search results",
        timeout_s=_TAB_S,
    )
    view = View(nav.app, results.tree)
    tab = next((view.target(node) or node for node in view.shown("results_sounds")), None)
    if tab is None:
        _fail(nav, "the search shows no tab of sounds; give the sound's link as sound_name")
    nav.tap(tab)
    try:
        row = nav.reach(lambda sight: _found(nav, sight), what="a sound", timeout_s=wait_s, patient=True)
    except NotReachedError:
        _fail(nav, f"the search knows no sound called {name!r}; check the name or give its link as sound_name")
    nav.tap(row)


def _found(nav: Navigator, sight: Sight) -> Node | None:
    """The first row, once the tab of sounds is the chosen one or none can be told."""
    view = View(nav.app, sight.tree)
    chosen = [node for node in view.shown("results_sounds") if node.selected]
    others = [node for node in view.shown("results_top", "results_videos", "results_users") if node.selected]
    return next(iter(shown.rows(view)), None) if chosen or not others else None


def arrange(nav: Navigator, config: PostConfig) -> None:
    """Give the post in the editor the sound that the task asks for. Volumes count only where a sound is added."""
    if config.add_sound == "0":
        _take_off(nav)
    elif config.add_sound == "1":
        _put_on(nav, config, keyword="")
    elif config.add_sound == "custom":
        _put_on(nav, config, keyword=config.custom_sound_keyword)
    if config.add_sound in ("1", "custom") or config.post_way == "useSound":
        _set_volumes(nav, config)


def refuse_without_editor(nav: Navigator, config: PostConfig) -> None:
    """Where a share leads straight to the form there is no sound to take off, and no way to add one."""
    if config.add_sound in ("1", "custom"):
        _fail(nav, "the share led straight to the post form, where no sound can be added; use post_way addButton")


def _chip(nav: Navigator) -> shown.Chip | None:
    try:
        return nav.reach(
            lambda sight: shown.chip(View(nav.app, sight.tree)) if sight.seen.screen is Screen.EDITOR else None,
            what="the editor's sound",
            timeout_s=_CHIP_S,
            patient=True,
        )
    except NotReachedError:
        return None


def _take_off(nav: Navigator) -> None:
    chip = _chip(nav)
    if chip is None or not chip.attached:
        return
    nav.ctx.step("taking the sound off", 42)
    if chip.remove is None:
        _fail(nav, "the editor shows a sound and nothing that takes it off; set add_sound to -1")
    nav.tap(chip.remove)
    nav.reach(
        lambda sight: True if (now := shown.chip(View(nav.app, sight.tree))) and not now.attached else None,
        what="the editor without a sound",
        timeout_s=_SHEET_S,
        patient=True,
    )


def _put_on(nav: Navigator, config: PostConfig, keyword: str) -> None:
    chip = _chip(nav)
    if chip is None:
        _fail(nav, "the editor shows nothing that adds a sound; set add_sound to -1")
    if chip.attached and not keyword:
        return
    nav.ctx.step(f"adding the sound {keyword!r}" if keyword else "adding a sound", 42)
    nav.tap(chip.target)
    nav.reach(
        lambda sight: True if sight.seen.screen is not Screen.EDITOR else None, what="the list of sounds", patient=True
    )
    if keyword:
        _search(nav, keyword)
    wait_s = float(config.sound_wait_time)
    try:
        row = nav.reach(lambda sight: _row(nav, sight, keyword), what="a sound", timeout_s=wait_s, patient=True)
    except NotReachedError:
        _fail(nav, f"the list of sounds shows none for {keyword!r} within {wait_s:.0f} s (sound_wait_time)")
    nav.tap(row)
    _take(nav, row)
    back = _chip(nav)
    if back is None or not back.attached:
        _fail(nav, "the editor shows no sound after one was chosen")


def _row(nav: Navigator, sight: Sight, keyword: str) -> Node | None:
    view = View(nav.app, sight.tree)
    if keyword and not any(field.text == keyword for field in view.fields):
        return None
    return next(iter(shown.rows(view)), None)


def _search(nav: Navigator, keyword: str) -> None:
    field = nav.reach(lambda sight: _field(nav, sight), what="the search for sounds", timeout_s=_SHEET_S, patient=True)
    nav.tap(field)
    if not field.cls.endswith("EditText"):
        field = nav.reach(
            lambda sight: next(iter(View(nav.app, sight.tree).fields), None),
            what="the field that searches sounds",
            timeout_s=_SHEET_S,
            patient=True,
        )
        nav.tap(field)
    nav.phone.type_text(keyword)
    nav.phone.enter()


def _field(nav: Navigator, sight: Sight) -> Node | None:
    view = View(nav.app, sight.tree)
    buttons = [target for _, target in view.buttons("search_sounds", "search")]
    return next(iter((*view.fields, *buttons)), None)


def _take(nav: Navigator, row: Node) -> None:
    """Some versions attach what is tapped, others play it first: then its own button takes it. BACK only closes the

    list; in the editor it would ask to discard the post.
    """

    def decide(sight: Sight) -> Node | bool | None:
        return True if sight.seen.screen is Screen.EDITOR else shown.take_button(View(nav.app, sight.tree), row)

    try:
        found = nav.reach(decide, what="the button that takes the sound", timeout_s=_TAKE_S, patient=True)
    except NotReachedError as lost:
        if lost.last.seen.screen is not Screen.EDITOR:
            nav.phone.back()
        return
    if isinstance(found, Node):
        nav.tap(found)


def _set_volumes(nav: Navigator, config: PostConfig) -> None:
    """Set both sliders; a version that shows none is only a failure if the task asked for other than the default."""
    wanted = {"original": config.origin_sound_volume, "added": config.add_sound_volume}
    if not _open_volumes(nav):
        if set(wanted.values()) != {50}:
            _fail(nav, "nothing here sets volumes; leave origin_sound_volume and add_sound_volume at 50")
    else:
        nav.ctx.step("setting the volumes", 44)
        for name, percent in wanted.items():
            _slide(nav, name, percent)
    _back_to_editor(nav)


def _open_volumes(nav: Navigator) -> bool:
    """From the editor's own tools, or from the foot of the list of sounds."""
    if not _tap_volume(nav):
        chip = _chip(nav)
        if chip is None:
            return False
        nav.tap(chip.target)
        if not _tap_volume(nav):
            return False
    try:
        nav.reach(
            lambda sight: shown.sliders(View(nav.app, sight.tree)) or None,
            what="the sliders of the volumes",
            timeout_s=_SHEET_S,
            patient=True,
        )
    except NotReachedError:
        return False
    return True


def _tap_volume(nav: Navigator) -> bool:
    try:
        button = nav.reach(
            lambda sight: next((target for _, target in View(nav.app, sight.tree).buttons("volume")), None),
            what="the button for volumes",
            timeout_s=_TAKE_S,
            patient=True,
        )
    except NotReachedError:
        return False
    nav.tap(button)
    return True


def _slide(nav: Navigator, name: str, percent: int) -> None:
    """Tap the slider at its place, and again beside it while it shows another value: its ends are padded."""
    aimed = float(percent)
    for _ in range(_SLIDES):
        bar = shown.sliders(View(nav.app, nav.look().tree)).get(name)
        if bar is None:
            return
        x = bar.bounds.left + round((bar.bounds.width - 1) * min(max(aimed, 0), 100) / 100)
        nav.phone.tap_point(x, bar.bounds.center[1])
        now = shown.sliders(View(nav.app, nav.look().tree)).get(name)
        value = shown.slider_value(now) if now is not None else None
        if value is None or value == percent:
            return
        aimed += percent - value


def _back_to_editor(nav: Navigator) -> None:
    """Close the sheet and the list, by Done where there is one; BACK in the editor would ask to discard the post."""
    for _ in range(_SLIDES):
        sight = nav.look()
        if sight.seen.screen is Screen.EDITOR and not shown.sliders(View(nav.app, sight.tree)):
            return
        done = next((target for _, target in View(nav.app, sight.tree).buttons("done")), None)
        if done is not None:
            nav.tap(done)
        else:
            nav.phone.back()
    nav.reach(
        lambda sight: sight if sight.seen.screen is Screen.EDITOR else None, what="the editor", timeout_s=_SHEET_S
    )


def _fail(nav: Navigator, why: str) -> NoReturn:
    nav.ctx.keep("sound")
    raise ScriptFailed(Reason.APP_CHANGED, f"{nav.app.name} on {nav.phone.serial}: {why}. Nothing was posted.")
