"""Issue 12 with a real daemon, adb server and phones: each language on another display, once, by the right account."""

from pathlib import Path
from typing import Any

import pytest

from drover.apps.tables import LANGUAGES
from drover.wire.control import PutAccount
from drover.wire.tasks import Effect, Status
from phonesim.apps.languages import LANGUAGES as SPOKEN
from tests.support.daemon import DroverDaemon
from tests.support.media import make_picture, make_video
from tests.support.phones import PhoneFarm

SHAPES: tuple[dict[str, Any], ...] = (
    {"size": "480x800"},
    {"font_scale": 1.3},
    {"rotation": 1},
    {"size": "720x1280"},
    {"size": "1812x2176"},
    {"size": "1080x2400"},
    {"size": "2208x1840", "font_scale": 1.3},
    {"size": "720x1280", "rotation": 3},
    {"rotation": 1, "font_scale": 1.3},
)
PLAIN = {"size": "1080x2400", "rotation": 0, "font_scale": 1.0}
RUNS = [
    pytest.param(language, shape, number, id=f"{language}-{'-'.join(map(str, shape.values()))}")
    for number, (language, shape) in enumerate(zip(LANGUAGES, SHAPES, strict=True))
]


@pytest.fixture(scope="module")
def daemon(publishing_daemon: DroverDaemon, farm: PhoneFarm) -> DroverDaemon:
    """A daemon that publishes, with an account of each phone that is not the active one."""
    for phone in farm.phones:
        publishing_daemon.client.call(PutAccount(username=f"shop_{phone.serialno.lower()}", serial=phone.serial))
    return publishing_daemon


def test_the_simulated_phones_have_every_language_of_the_data() -> None:
    assert set(SPOKEN) == set(LANGUAGES)


@pytest.mark.parametrize(("language", "shape", "number"), RUNS)
def test_case_i12_follow_as_another_account_and_post(
    daemon: DroverDaemon, farm: PhoneFarm, media: Path, language: str, shape: dict[str, Any], number: int
) -> None:
    phone = farm.phones[number % len(farm.phones)]
    farm.request("POST", f"phones/{phone.serial}/configuration", {**PLAIN, **shape, "language": language})
    before = len(farm.state(phone.serial)["posts"])
    mine = f"shop_{phone.serialno.lower()}"
    wanted = f"ada_{language}"

    post: dict[str, Any] = {"captions": f"{language} #tag", "post_way": "addButton"}
    if number % 2:
        post |= {"material_list": [str(make_video(media / f"{language}.mp4", seconds=5))]}
    else:
        pictures = [str(make_picture(media / f"{language}{n}.jpg")) for n in range(2)]
        post |= {"content_type": 1, "image_count": 2, "material_list": pictures}
    ids = [
        *daemon.follow(target=wanted, usernames=[mine]),
        *daemon.create("post", post, phone.serial, platform="instagram"),
    ]
    # All nine are unfollowed in process (tests/unit/drover/scripts/test_languages.py); these differ most.
    left = f"private_followed_{language}" if language in ("zh", "ar") else ""
    if left:
        ids += daemon.follow(script="unfollow", target=left, usernames=[mine])
    ended = [daemon.wait_ended(task_id, timeout_s=120) for task_id in ids]
    assert [(task.status, task.effect) for task in ended] == [(Status.COMPLETED, Effect.CONFIRMED)] * len(ids), [
        task.remark for task in ended
    ]
    state = farm.state(phone.serial)
    done = {(row["kind"], row["target"]): (row["count"], row["account"]) for row in state["effects"]}
    assert done["follow", wanted] == (1, mine)
    assert not left or done["unfollow", left] == (1, mine)
    assert [(row["app"], row["caption"].strip()) for row in state["posts"][before:]] == [
        ("instagram", f"{language} #tag")
    ]
