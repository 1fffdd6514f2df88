"""The media library's requests all reach the library."""

from typing import get_args

from drover.supervisor.api.handlers.materials import MaterialHandlers
from drover.wire.faults import Code
from drover.wire.materials import GetMaterial, ListMaterials, MaterialPage, MaterialRequest, PlaceUpload, UploadPlace
from tests.support.supervised import Rig, Supervised


def test_every_request_of_the_library_is_answered_by_it(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        assert set(MaterialHandlers(daemon.state).table()) == set(get_args(MaterialRequest))
        assert (await daemon.ask(ListMaterials(), MaterialPage)).total == 0
        assert (await daemon.refused(GetMaterial(material_id=7))).code is Code.NOT_FOUND
        place = await daemon.ask(PlaceUpload(), UploadPlace)
        assert str(rig.config.library_dir) in str(place)

    rig.play(scene)
