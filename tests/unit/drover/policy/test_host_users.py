"""Who counts as another person on a machine, by the user databases of real ones (case B9)."""

import pytest

from drover.policy.host_users import HostUser, others

DEBIAN = [
    HostUser(name="root", uid=0, shell="/bin/bash", logged_in=True),
    HostUser(name="daemon", uid=1, shell="/usr/sbin/nologin"),
    HostUser(name="sync", uid=4, shell="/bin/sync"),
    HostUser(name="postgres", uid=110, shell="/bin/bash"),
    HostUser(name="drover", uid=998, shell="/usr/sbin/nologin"),
    HostUser(name="ada", uid=1000, shell="/bin/bash"),
    HostUser(name="backup-target", uid=1001, shell="/bin/false"),
    HostUser(name="eve", uid=1002, shell=""),
    HostUser(name="dynamic", uid=61184, shell="/bin/bash"),
    HostUser(name="nobody", uid=65534, shell="/usr/sbin/nologin"),
]
MAC = [
    HostUser(name="_www", uid=70, shell="/usr/bin/false"),
    HostUser(name="ada", uid=501, shell="/bin/zsh"),
    HostUser(name="nobody", uid=4294967294, shell="/usr/bin/false"),
]


@pytest.mark.parametrize(
    ("users", "own_uid", "platform", "found"),
    [
        (DEBIAN, 998, "linux", ["ada", "eve"]),
        (DEBIAN, 1000, "linux", ["eve"]),
        (DEBIAN, 0, "linux", ["ada", "eve"]),
        (DEBIAN[:5], 998, "linux", []),
        (MAC, 501, "darwin", []),
        (MAC, 0, "darwin", ["ada"]),
    ],
)
def test_case_b9_people_are_told_from_services(
    users: list[HostUser], own_uid: int, platform: str, found: list[str]
) -> None:
    assert others(users, own_uid=own_uid, platform=platform) == found


def test_case_b9_whoever_is_logged_in_is_a_person_and_is_named_once() -> None:
    directory = HostUser(name="kim@corp", uid=1_600_001_104, shell="/bin/bash")
    session = HostUser(name="operator", uid=37, shell="/usr/sbin/nologin", logged_in=True)
    assert others([directory, session, directory], own_uid=1000, platform="linux") == ["operator", "kim@corp"]
