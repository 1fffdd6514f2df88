"""The pages of publishing by name."""

from collections.abc import Callable, Mapping

from phonesim.apps.instagram.caption import caption
from phonesim.apps.instagram.capture import reel_picker, story_picker
from phonesim.apps.instagram.editors import feed_editor, reel_editor, story_editor
from phonesim.apps.instagram.picker import feed_picker
from phonesim.apps.instagram.scene import Scene, modal_shell
from phonesim.apps.instagram.sound_screens import reel_camera, sound_clip, sound_list, sound_page
from phonesim.apps.posting.state import Composition
from phonesim.ui.view import View

_PICKERS = {"feed": feed_picker, "reel": reel_picker, "story": story_picker}


def _picker(scene: Scene) -> View:
    return _PICKERS[scene.page.target](scene)


def _of_a_post(draw: Callable[[Scene, Composition], View]) -> Callable[[Scene], View]:
    """A page that shows what is being composed; blank where nothing is."""

    def page(scene: Scene) -> View:
        made = scene.posting.composition
        return draw(scene, made) if made is not None else modal_shell(scene)

    return page


PAGES: Mapping[str, Callable[[Scene], View]] = {
    "picker": _picker,
    "reel_editor": _of_a_post(reel_editor),
    "feed_editor": _of_a_post(feed_editor),
    "story_editor": _of_a_post(story_editor),
    "sounds": _of_a_post(sound_list),
    "sound_clip": _of_a_post(sound_clip),
    "caption": _of_a_post(caption),
    "sound": sound_page,
    "reel_camera": reel_camera,
}
