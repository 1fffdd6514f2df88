"""The plans of the licence as a table."""

from dataclasses import dataclass
from typing import Final

from drover.wire.control import License


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a plan allows; `device_limit` counts devices in use at one moment."""

    device_limit: int
    api_enabled: bool


PLANS: Final[dict[str, Plan]] = {
    "Starter": Plan(device_limit=5, api_enabled=False),
    "Pro": Plan(device_limit=20, api_enabled=True),
    "Team": Plan(device_limit=50, api_enabled=True),
    "Business": Plan(device_limit=100, api_enabled=True),
}

ENABLED: Final = "API access enabled"
DISABLED: Final = "API access needs the plan Pro or higher"


def license_for(plan_name: str, device_limit: int | None = None) -> License:
    """The licence of a plan, with the limit overridden where one is given.

    Raises ValueError for a plan that is not in the table or a limit below 1.
    """
    plan = PLANS.get(plan_name)
    if plan is None:
        raise ValueError(f"plan: expected one of {', '.join(PLANS)}, got {plan_name!r}")
    if device_limit is not None and device_limit < 1:
        raise ValueError(f"device_limit: expected at least 1, got {device_limit}")
    return License(
        plan_name=plan_name,
        api_enabled=plan.api_enabled,
        device_limit=plan.device_limit if device_limit is None else device_limit,
        message=ENABLED if plan.api_enabled else DISABLED,
    )
