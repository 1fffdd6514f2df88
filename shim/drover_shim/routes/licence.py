"""The plan."""

from typing import Final

from drover_shim.route import Call, Route
from drover_shim.shapes import LicenceView


def check(call: Call) -> LicenceView:
    """The plan."""
    plan = call.pool.plan()
    return LicenceView(
        plan_name=plan.plan_name,
        api_enabled=plan.api_enabled,
        device_limit=plan.device_limit,
        message=plan.message,
    )


ROUTES: Final = (Route(method="GET", path="/license/check", handler=check, answers=LicenceView),)
