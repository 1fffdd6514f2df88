"""The pages and sheets of publishing by name."""

from collections.abc import Callable, Mapping

from phonesim.apps.navigation import Overlay
from phonesim.apps.posting.state import Composition
from phonesim.apps.tiktok.posting.camera import camera
from phonesim.apps.tiktok.posting.editor import editor
from phonesim.apps.tiktok.posting.form import form
from phonesim.apps.tiktok.posting.picker import albums, picker
from phonesim.apps.tiktok.posting.products import link_kinds, product_list, product_page
from phonesim.apps.tiktok.posting.sound_page import sound_page
from phonesim.apps.tiktok.posting.sound_panel import sound_panel, volume_sheet
from phonesim.apps.tiktok.posting.templates import templates
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.ui.view import View, Window


def _of_a_post(draw: Callable[[Scene, Composition], View]) -> Callable[[Scene], View]:
    """A page that shows what is being composed; blank where nothing is."""

    def page(scene: Scene) -> View:
        made = scene.posting.composition
        return draw(scene, made) if made is not None else shell(scene.frame)

    return page


PAGES: Mapping[str, Callable[[Scene], View]] = {
    "camera": _of_a_post(camera),
    "templates": _of_a_post(templates),
    "picker": _of_a_post(picker),
    "editor": _of_a_post(editor),
    "sound_panel": _of_a_post(sound_panel),
    "sound": sound_page,
    "post_form": _of_a_post(form),
    "products": _of_a_post(product_list),
    "product_name": _of_a_post(product_page),
}
SHEETS: Mapping[str, Callable[[Scene, Overlay], Window]] = {
    "albums": albums,
    "volume": volume_sheet,
    "link_kinds": link_kinds,
}
