"""Instagram's way of publishing played with its recorded screens: what is shown is what was recorded.

Which control leads where is taken from APPS.md; the story's editor is written by hand, since no one recorded it.
"""

import re
from collections.abc import Callable
from xml.etree import ElementTree

from drover.phone.hierarchy import Node, parse
from tests.support.hand_phone import HandApp
from tests.support.mockups import as_instagram, icon
from tests.support.trees import button, node, tree
from tests.support.uidumps import dump

Key = tuple[str, str]
"""A page, and the id or words of what is touched on it."""

_TABS = {"feed_tab": "home", "profile_tab": "profile"}


class RecordedInstagram(HandApp):
    """An account with `posts` posts. `shared` counts what was published; `upload_looks` how long an upload is shown."""

    def __init__(self, *, posts: int = 11, upload_looks: int = 6, fails: bool = False, ignores: bool = False) -> None:
        super().__init__()
        self.running = True
        self.page, self.posts, self.caption, self.focused = "home", posts, "", False
        self.story, self.upload_looks, self.fails, self.ignores = False, upload_looks, fails, ignores
        self.shared: list[str] = []
        self.touched: list[str] = []
        self.uploading = 0
        self.failed_rows = 1
        self.editor = "editor"
        self._leads: dict[Key, Callable[[], None]] = {
            ("sheet", "Create new reel"): self.go("reel_picker"),
            ("sheet", "Create new post"): self.go("post_picker"),
            ("sheet", "Create new story"): self.go("story_picker"),
            ("profile", "Create New"): self.go("sheet"),
            ("reel_picker", "gallery_grid_item_thumbnail"): lambda: self.to(self.editor),
            ("story_picker", "gallery_grid_item_thumbnail"): self.go("story_editor"),
            ("post_picker", "next_button_textview"): self.go("photo_editor"),
            ("photo_editor", "creation_next_button"): self.go("form"),
            ("editor", "clips_right_action_button"): self.go("form"),
            ("form", "caption_input_text_view"): self._edit,
            ("typing", "action_bar_button_text"): self._done,
            ("form", "share_button"): self._share,
            ("typing", "share_button"): self._share,
            ("story_editor", "Your story"): self._share,
        }

    def go(self, page: str) -> Callable[[], None]:
        return lambda: self.to(page)

    def to(self, page: str) -> None:
        self.page = page

    def xml(self) -> str:
        if self.uploading:
            self.uploading -= 1
            if self.uploading == 0:
                self._arrive()
        return str(getattr(self, f"_{self.page}_xml")())

    def hit(self, x: int, y: int) -> None:
        """A touch goes to the last control that holds the point; a layer that does nothing lets it through."""
        found = [
            _key(one)
            for one in parse(self.xml()).nodes
            if one.clickable and one.bounds.left <= x < one.bounds.right and one.bounds.top <= y < one.bounds.bottom
        ]
        acting = [key for key in found if key in _TABS or (self.page, key) in self._leads]
        self.touched.append(f"{self.page}: {(acting or found or ['nothing'])[-1]}")
        if acting:
            self.page = _TABS.get(acting[-1], self.page)
            self._leads.get((self.touched[-1].partition(":")[0], acting[-1]), lambda: None)()

    def back(self) -> None:
        self.touched.append(f"{self.page}: BACK")
        before = {"typing": "form", "form": self.editor, "sheet": "profile"}
        self.page = before.get(self.page, "home")

    def typed(self, text: str) -> bool:
        if self.page != "typing":
            return False
        self.caption = text
        return True

    # --- what things do

    def _edit(self) -> None:
        self.page = "typing"

    def _done(self) -> None:
        self.page = "form"

    def _share(self) -> None:
        self.shared.append(f"{self.page} {self.caption}".strip())
        if not self.ignores:
            self._made_story = self.page == "story_editor"
            self.page = "uploading" if not self._made_story else "home"
            self.uploading = self.upload_looks

    def _arrive(self) -> None:
        if self.page == "uploading":
            self.page = "home"
        if self.fails:
            self.failed_rows += 1
        elif self._made_story:
            self.story = True
        else:
            self.posts += 1

    # --- screens

    def _home_xml(self) -> str:
        root = _tree("ig_home_feed_en")
        row = _by_id(root, "row_pending_container")
        box = _parent(root, row)
        box.remove(row)
        box.extend([row] * self.failed_rows)
        return _text(root)

    def _profile_xml(self) -> str:
        root = _tree("ig_own_profile_en")
        sheet = next(one for one in root.iter("node") if _id(one) == "bottom_sheet_container")
        _parent(root, sheet).remove(sheet)
        _by_id(root, "profile_header_familiar_post_count_value").set("text", str(self.posts))
        if self.story:
            badge = _by_id(root, "reel_empty_badge")
            _parent(root, badge).remove(badge)
            _by_id(root, "row_profile_header_imageview").set("content-desc", "Your profile. Story unseen")
        return _text(root)

    def _sheet_xml(self) -> str:
        return dump("ig_own_profile_en").decode()

    def _reel_picker_xml(self) -> str:
        return dump("ig_new_reel_picker_draft_en").decode()

    def _post_picker_xml(self) -> str:
        return dump("ig2023_new_post_picker_en").decode()

    def _story_picker_xml(self) -> str:
        return dump("ig_story_picker_en").decode()

    def _editor_xml(self) -> str:
        return dump("ig_edit_video_en").decode()

    def _photo_editor_xml(self) -> str:
        tools = [icon(word, (200 * i + 40, 2100, 200 * i + 220, 2240)) for i, word in enumerate(("Filter", "Edit"))]
        go_on = node(
            (880, 100, 1060, 200), text="Next", cls="android.widget.Button", id="creation_next_button", clickable=True
        )
        return as_instagram(tree(icon("Back", (0, 80, 150, 230)), *tools, go_on))

    def _form_xml(self) -> str:
        root = _tree("ig_caption_typed_en" if self.caption else "ig_caption_empty_en")
        if self.caption:
            _by_id(root, "caption_input_text_view").set("text", self.caption)
        return self._titled(_text(root))

    def _titled(self, form: str) -> str:
        """The recorded forms are a reel's; a picture's differs in its title at least."""
        return form.replace("New reel", "New post") if self.editor == "photo_editor" else form

    def _typing_xml(self) -> str:
        root = _tree("flat_ig_caption_fullscreen_en")
        field = _by_id(root, "caption_input_text_view")
        field.set("text", self.caption or "Write a caption and add hashtags…")
        field.set("focused", "true")
        return self._titled(_text(root))

    def _story_editor_xml(self) -> str:
        tools = [
            icon(word, (900, 200 + 150 * i, 1040, 330 + 150 * i)) for i, word in enumerate(("Add text", "Stickers"))
        ]
        shares = [button("Your story", (40, 2200, 420, 2320)), button("Close Friends", (440, 2200, 860, 2320))]
        return as_instagram(tree(icon("Back", (20, 100, 160, 240)), *tools, *shares))

    def _uploading_xml(self) -> str:
        done = 100 - 100 * self.uploading // max(self.upload_looks, 1)
        return re.sub(r'text="90\.0"', f'text="{done}.0"', dump("ig_reel_unavailable_uploading_en").decode())


def _key(touched: Node) -> str:
    return touched.id or next((part.label for part in touched.walk() if part.label), "")


def _tree(name: str) -> ElementTree.Element:
    return ElementTree.fromstring(dump(name))


def _id(element: ElementTree.Element) -> str:
    return str(element.get("resource-id") or "").rpartition("/")[2]


def _by_id(root: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(one for one in root.iter("node") if _id(one) == name)


def _parent(root: ElementTree.Element, child: ElementTree.Element) -> ElementTree.Element:
    return next(one for one in root.iter() if child in list(one))


def _text(root: ElementTree.Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")
