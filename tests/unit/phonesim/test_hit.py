"""A touch reaches the node that Android would give it to."""

from phonesim.ui.hit import editable_at, hit_path, hit_windows
from phonesim.ui.view import Action, View, Window, view

BOX = (0, 0, 100, 100)


def tree(*children: View) -> View:
    return view("FrameLayout", BOX, *children, id="root")


def hit(root: View, x: int, y: int) -> str:
    path = hit_path(root, x, y)
    return path[-1].id if path else ""


def test_a_label_that_is_not_clickable_gives_the_touch_to_its_ancestor() -> None:
    label = view("TextView", (10, 10, 50, 50), id="label")
    nested = view("LinearLayout", BOX, view("LinearLayout", BOX, label), id="button", flags="C")
    assert hit(tree(nested), 20, 20) == "button"


def test_the_node_drawn_last_is_on_top() -> None:
    below = view("View", BOX, id="below", flags="C")
    above = view("View", (0, 0, 50, 50), id="above", flags="C")
    assert hit(tree(below, above), 10, 10) == "above"
    assert hit(tree(below, above), 60, 60) == "below"


def test_a_node_that_nobody_can_click_lets_the_touch_through() -> None:
    below = view("View", BOX, id="below", flags="C")
    glass = view("View", BOX, view("TextView", BOX), id="glass")
    assert hit(tree(below, glass), 10, 10) == "below"


def test_right_and_bottom_edges_are_outside() -> None:
    button = view("View", (10, 10, 20, 20), id="button", flags="C")
    assert [hit(tree(button), x, y) for x, y in ((10, 10), (19, 19), (20, 15), (15, 20))] == [
        "button",
        "button",
        "",
        "",
    ]


def test_nothing_is_reached_beyond_the_parent() -> None:
    outside = view("View", (40, 40, 90, 90), id="outside", flags="C")
    assert hit(tree(view("View", (0, 0, 50, 50), outside)), 60, 60) == ""


def test_a_dialog_takes_every_touch() -> None:
    page = Window(package="app", root=tree(view("View", BOX, id="page", flags="C")))
    dialog = Window(
        package="app",
        root=view("FrameLayout", (0, 0, 100, 100), view("Button", (40, 40, 60, 60), id="ok", flags="C")),
        modal=True,
        outside=Action("close"),
    )
    window, path = hit_windows([page, dialog], 50, 50)
    assert (window, path[-1].id) == (dialog, "ok")
    window, path = hit_windows([page, dialog], 5, 5)
    assert (window, path) == (dialog, ())


def test_a_text_field_is_found_under_what_is_drawn_over_it() -> None:
    field = view("EditText", (0, 0, 50, 20), id="field", field="search", flags="C")
    page = Window(package="app", root=tree(field, view("ImageView", (40, 0, 50, 20), flags="C")))
    found = editable_at([page], 45, 10)
    assert found is not None
    assert found.field == "search"
    assert editable_at([page], 45, 50) is None
