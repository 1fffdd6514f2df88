"""Package names out of real and broken APKs."""

import io
import zipfile
from pathlib import Path

import pytest
import uiautomator2

from phonesim.apk import InvalidApkError, read_manifest


def test_the_name_of_a_real_apk() -> None:
    apk = Path(uiautomator2.__file__).parent / "assets" / "app-uiautomator.apk"
    manifest = read_manifest(apk.read_bytes())
    assert manifest.package == "com.github.uiautomator"
    assert manifest.version[0].isdigit()


def archive(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", archive("classes.dex", b""), archive("AndroidManifest.xml", b"<manifest/>"),
     archive("AndroidManifest.xml", b"\x03\x00\x08\x00\x10\x00\x00\x00\x01\x00\x1c\x00\x00\x00\x00\x00")],
)  # fmt: skip
def test_what_is_no_apk_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidApkError, match="INSTALL_PARSE_FAILED"):
        read_manifest(data)
