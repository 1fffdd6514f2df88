"""The host's zone by its name, in each way in which hosts say it."""

import zoneinfo
from pathlib import Path

import pytest

from drover.local_zone import UnnamedZoneError, find

ZONES = next((Path(folder) for folder in zoneinfo.TZPATH if (Path(folder) / "Asia/Tokyo").is_file()), None)
NOWHERE = Path("/nowhere/localtime")

needs_files = pytest.mark.skipif(ZONES is None, reason="this host has no files of zones")


def zone_file(name: str) -> Path:
    assert ZONES is not None
    return ZONES / name


@pytest.mark.parametrize(
    ("tz", "name"),
    [("Asia/Tokyo", "Asia/Tokyo"), (":Europe/Paris", "Europe/Paris"), ("UTC", "UTC"), ("", "UTC"), (":", "UTC")],
)
def test_case_t1_tz_names_a_zone(tz: str, name: str) -> None:
    assert find(tz, NOWHERE) == name


@pytest.mark.parametrize(
    "tz", ["JST-9", "CET-1CEST,M3.5.0,M10.5.0/3", "Asia/Nowhere", "/nowhere/Tokyo", "../etc/passwd"]
)
def test_case_t1_rules_without_a_name_are_no_utc(tz: str) -> None:
    with pytest.raises(UnnamedZoneError, match="no name of a zone"):
        find(tz, NOWHERE)


def test_a_host_without_a_zone_has_utc_as_the_c_library_says() -> None:
    assert find(None, NOWHERE) == "UTC"


@needs_files
def test_a_link_spells_its_zone(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to(zone_file("America/New_York"))
    assert find(None, tmp_path / "localtime") == "America/New_York"
    assert find(str(zone_file("Asia/Tokyo")), tmp_path / "localtime") == "Asia/Tokyo"


@needs_files
@pytest.mark.parametrize("name", ["Asia/Tokyo", "Pacific/Auckland"])
def test_case_t1_a_copied_file_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    copy = tmp_path / "localtime"
    copy.write_bytes(zone_file(name).read_bytes())
    found = find(None, copy)
    assert "/" in found
    assert zone_file(found).read_bytes() == copy.read_bytes()


def test_case_t1_a_file_of_no_zone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(b"TZif2 rules of our own")
    with pytest.raises(UnnamedZoneError, match="holds rules that no zone of the database has"):
        find(None, tmp_path / "localtime")
