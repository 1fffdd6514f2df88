"""The API's token and the audit."""

from drover.config import ApiSection
from drover.wire.control import ApiToken, AuditPage, ListAudit, RotateToken, ShowToken
from drover.wire.faults import Code
from tests.support.supervised import Rig, Supervised


def test_a_token_is_made_once_shown_again_and_replaced_when_it_is_asked_for(rig: Rig) -> None:
    rig.set(api=ApiSection(require_token=True))

    async def scene(daemon: Supervised) -> None:
        first = await daemon.ask(ShowToken(), ApiToken)
        assert first.required
        assert len(first.token) >= 32
        assert (rig.config.token_path.read_text().strip(), str(rig.config.token_path)) == (first.token, first.path)
        assert await daemon.ask(ShowToken(), ApiToken) == first
        second = await daemon.ask(RotateToken(), ApiToken)
        assert second.token != first.token
        assert (await daemon.ask(ShowToken(), ApiToken)).token == second.token

    rig.play(scene)


def test_a_token_file_that_cannot_be_one_is_named(rig: Rig) -> None:
    rig.config.token_path.mkdir()

    async def scene(daemon: Supervised) -> None:
        failure = await daemon.refused(ShowToken())
        assert (failure.code, failure.data) == (Code.CONFLICT, {"path": str(rig.config.token_path)})

    rig.play(scene)


def test_the_audit_comes_newest_first_in_pages_and_a_limit_is_kept_within_bounds(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        for number in range(3):
            await daemon.create(serial=f"absent{number}")
        (newest,) = (await daemon.ask(ListAudit(limit=-5), AuditPage)).entries
        assert (newest.action, newest.ids["serials"], newest.uid, newest.code) == ("create_tasks", ["absent2"], 1000, 0)
        rest = (await daemon.ask(ListAudit(limit=10**9, before=newest.id), AuditPage)).entries
        assert [entry.ids["serials"] for entry in rest] == [["absent1"], ["absent0"]]

    rig.play(scene)
