"""The demo's files are what TikTok takes."""

import asyncio
from pathlib import Path

from drover.media.files import open_named
from drover.media.inspector import Inspector
from drover.media.limits import limits
from drover.policy.media import limit_for, misfit, wanted
from drover.wire.post import PostConfig
from tests.support.media import make_media


def test_the_demos_files_fit_every_app(tmp_path: Path) -> None:
    video, pictures = make_media(tmp_path / "media")

    async def misfits() -> list[str]:
        inspector = Inspector()
        found: list[str] = []
        for path in (video, *pictures):
            config = PostConfig(content_type=0 if path is video else 1)
            with open_named(str(path), [tmp_path]) as file:
                facts = await inspector.facts(file)
            for platform in ("tiktok", "instagram"):
                want = wanted(config, platform=platform, account=f"{platform}#R5")
                found.append(misfit(facts, limit_for(limits(), want)))
        inspector.close()
        return found

    assert len(pictures) == 3
    assert asyncio.run(misfits()) == [""] * 8
