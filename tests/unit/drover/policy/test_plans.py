"""The plans as the compatible API has them."""

import pytest

from drover.policy.plans import license_for
from drover.wire.control import License


@pytest.mark.parametrize(("plan", "devices", "api"), [("Pro", 20, True), ("Team", 50, True), ("Business", 100, True)])
def test_plans_with_api(plan: str, devices: int, api: bool) -> None:
    expected = License(plan_name=plan, api_enabled=api, device_limit=devices, message="API access enabled")
    assert license_for(plan) == expected


def test_starter_has_no_api_and_says_what_is_needed() -> None:
    found = license_for("Starter")
    assert (found.api_enabled, found.device_limit) == (False, 5)
    assert "Pro or higher" in found.message


def test_the_limit_can_be_overridden() -> None:
    assert license_for("Pro", 3).device_limit == 3


def test_an_unknown_plan_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="Starter, Pro, Team, Business"):
        license_for("Gold")


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        license_for("Pro", limit)
