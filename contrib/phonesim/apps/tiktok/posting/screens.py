"""The pages and sheets of publishing by name."""

from collections.abc import Callable, Mapping

from phonesim.apps.tiktok.posting.form import form
from phonesim.apps.tiktok.posting.state import Composition
from phonesim.apps.tiktok.scene import Overlay, Scene, shell
from phonesim.ui.view import View, Window


def _of_a_post(draw: Callable[[Scene, Composition], View]) -> Callable[[Scene], View]:
    """A page that shows what is being composed; blank where nothing is."""

    def page(scene: Scene) -> View:
        made = scene.posting.composition
        return draw(scene, made) if made is not None else shell(scene.frame)

    return page


PAGES: Mapping[str, Callable[[Scene], View]] = {
    "post_form": _of_a_post(form),
}
SHEETS: Mapping[str, Callable[[Scene, Overlay], Window]] = {}
