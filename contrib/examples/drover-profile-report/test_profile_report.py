"""What the script declares. Drover's tests/integration/daemon/test_plugins.py runs it on simulated phones."""

import msgspec
import pytest
from profile_report import ProfileReport

from drover.scripts.plugin import describe


def test_it_is_a_script() -> None:
    said = describe(ProfileReport)
    assert (said.effect, said.retry_safe) == ("", True)
    assert said.summary == "Say how one stands with a user, and keep a picture of the profile."


@pytest.mark.parametrize("values", [{}, {"user": "@ada"}, {"user": "ada", "usr": "bob"}])
def test_wrong_parameters_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(values, ProfileReport.Config)
