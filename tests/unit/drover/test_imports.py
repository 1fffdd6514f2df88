"""What the processes of a start must not import: each module named here once cost every start its time or memory."""

import subprocess
import sys

import pytest

SELDOM = ("alembic", "mako", "av", "PIL", "adbutils", "uiautomator2", "rich", "pygments", "requests")
HEAVY = ("asyncio", "sqlalchemy", "structlog", "uvloop", "zmq")
IMPORTS = {
    "what droverd imports before it starts the zygote": ("import drover.main", (*SELDOM, *HEAVY)),
    "the supervisor": ("import drover.main, drover.logs, drover.supervisor.app.daemon", SELDOM),
    "the zygote": ("from drover.worker import preload; preload.everything('ERROR', 'json')", (*SELDOM, "sqlalchemy")),
    "the gateway": ("import drover_shim.main", (*SELDOM, "sqlalchemy", "zmq")),
}


def imported(code: str) -> set[str]:
    script = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("what", IMPORTS)
def test_a_start_imports_only_what_it_needs(what: str) -> None:
    code, unwanted = IMPORTS[what]
    found = imported(code)
    assert "drover" in found
    assert found.isdisjoint(unwanted)


def test_what_structlog_does_not_see_is_there_for_others() -> None:
    assert "rich" in imported("import drover.logs; import rich.console")


def test_rich_that_is_loaded_already_stays() -> None:
    imported("import rich, sys; before = sys.modules['rich']; import drover.logs; assert sys.modules['rich'] is before")


def test_the_zygote_loads_what_a_first_connection_looks_up() -> None:
    code = "from drover.worker import preload; preload.everything('ERROR', 'json'); from drover.phone import server"
    assert "stringprep" in imported(f"{code}; assert server.jar.cache_info().currsize == 1")
