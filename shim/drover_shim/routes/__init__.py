"""Every route of the shim, by noun. Guard, router and tests are driven from this one table."""

from typing import Final

from drover_shim.route import Route
from drover_shim.routes import (
    about,
    accounts,
    devices,
    events,
    health,
    licence,
    materials,
    pauses,
    rpc,
    scripts,
    task_files,
    tasks,
)

ROUTES: Final[tuple[Route, ...]] = (
    *licence.ROUTES,
    *tasks.ROUTES,
    *task_files.ROUTES,
    *devices.ROUTES,
    *accounts.ROUTES,
    *pauses.ROUTES,
    *scripts.ROUTES,
    *rpc.ROUTES,
    *materials.ROUTES,
    *events.ROUTES,
    *health.ROUTES,
    *about.ROUTES,
)
