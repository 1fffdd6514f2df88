"""The demo, step by step. Exit code 0 only if every task completed and each effect happened exactly once."""

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.console import Console

from drover_demo import show
from drover_demo.environment import DemoEnvironment, DemoError
from drover_demo.media import make_media
from drover_demo.picture import blocks
from drover_demo.rest import Api, ApiError, fetch_json

PHONES: Final = 3
READY_TIMEOUT_S: Final = 60.0
TASKS_TIMEOUT_S: Final = 180.0


def main() -> int:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    try:
        with DemoEnvironment(Path.cwd()) as demo:
            return _run(console, demo)
    except DemoError as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Ended before the tasks did.")
        return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # once is enough; taking down must not be cut short
    raise KeyboardInterrupt


def _run(console: Console, demo: DemoEnvironment) -> int:
    began = time.monotonic()
    console.print("[bold]1[/bold]  a real adb server ...", end=" ")
    console.print(f"on port {demo.start_adb()}")
    console.print(f"[bold]2[/bold]  {PHONES} simulated phones ...", end=" ")
    demo.start_phones(PHONES)
    console.print(", ".join(demo.serials))
    console.print("[bold]3[/bold]  droverd, a worker process for each phone, the gateway ...", end=" ")
    demo.start_daemon()
    api = Api(demo.api_url)
    _wait_until_idle(api)
    console.print(f"ready after {time.monotonic() - began:.1f} s at {demo.api_url}")
    console.print("[bold]4[/bold]  tasks, through REST:")
    ids = _create(console, api, _requests(demo.serials) + _publications(demo))
    console.print("[bold]5[/bold]  progress:")
    tasks, seconds = show.follow(
        console, lambda: [api.get(f"task/{task_id}") for task_id in ids], timeout_s=TASKS_TIMEOUT_S
    )
    good = _report(console, demo, tasks, seconds)
    _show_profile(console, demo)
    if os.environ.get("KEEP", "") not in ("", "0"):
        _keep(console, demo)
    return 0 if good else 1


def _wait_until_idle(api: Api) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        devices = api.get("device")
        devices = devices["devices"] if isinstance(devices, dict) else devices
        if sum(device["state"] == "idle" for device in devices) == PHONES:
            return
        if time.monotonic() > deadline:
            states = ", ".join(f"{device['serial']} {device['state']}: {device['reason']}" for device in devices)
            raise DemoError(f"the phones did not become ready: {states}")
        time.sleep(0.1)


def _create(console: Console, api: Api, requests: list[dict[str, Any]]) -> list[int]:
    ids: list[int] = []
    for body in requests:
        console.print(f"   [dim]{api.curl('task', body)}[/dim]".replace("\n", "\n   "), soft_wrap=True)
        try:
            answer = api.post("task", body)
        except ApiError as error:
            raise DemoError(f"a task was refused: {error}") from None
        count = answer["created_count"]
        console.print(f"   → {count} task{'' if count == 1 else 's'}: {answer['task_ids']}")
        ids += answer["task_ids"]
    return ids


def _requests(serials: list[str]) -> list[dict[str, Any]]:
    """What the compatible API's own examples send."""
    return [
        {
            "serials": serials,
            "script_name": "follow",
            "script_config": {"target_users": ["ada_paints", "bob.bakes"], "access_method": "direct"},
        },
        {
            "serials": serials[:1],
            "script_name": "follow",
            "script_config": {"target_user": "@cleo.cooks", "access_method": "search"},
        },
        {
            "serials": serials[1:],
            "script_name": "unfollow",
            "script_config": {"target_user": "followed_dora", "access_method": "direct"},
        },
    ]


def _publications(demo: DemoEnvironment) -> list[dict[str, Any]]:
    """One video, shared into the app, and one carousel, chosen in the app's own picker; by one account."""
    video, pictures = make_media(demo.media_dir)
    caption = "{Good morning|Ahoy} from the harbour ⚓ #{sea|boats}"
    return [
        {
            "serials": demo.serials[:1],
            "script_name": "post",
            "script_config": {"post_way": "share", "captions": caption, "material_list": [str(video)]},
        },
        {
            "serials": demo.serials[:1],
            "script_name": "post",
            "script_config": {
                "content_type": 1,
                "post_way": "addButton",
                "captions": "Market day##Three stalls, one basket",
                "material_list": [str(picture) for picture in pictures],
            },
        },
    ]


def _show_profile(console: Console, demo: DemoEnvironment) -> None:
    """The profile that published, as the simulated phone draws it: a file, and on a terminal a picture."""
    picture = demo.save_profile(demo.serials[0])
    if console.is_terminal:
        console.print(blocks(picture, columns=min(console.width - 2, 60)))
    console.print(f"The profile of phone {demo.serials[0]} with what it published: {picture}", soft_wrap=True)


def _report(console: Console, demo: DemoEnvironment, tasks: list[dict[str, Any]], seconds: dict[int, float]) -> bool:
    """Print the table; True if all completed and the phones counted each effect exactly once."""
    rows = [(task, seconds.get(task["id"], 0.0), _effects(demo, task)) for task in tasks]
    console.print()
    show.results(console, rows)
    completed = sum(task["status"] == 2 for task in tasks)
    once = sum(effects == 1 for _, _, effects in rows)
    colour = "green" if completed == once == len(tasks) else "red"
    console.print(
        f"[{colour}]{completed} of {len(tasks)} completed; "
        f"{once} effects happened exactly once, as the phones themselves count.[/{colour}]"
    )
    console.print(
        f"Evidence (screenshot and hierarchy) and log of each task: {demo.data_dir / 'tasks'}", soft_wrap=True
    )
    for task in (tasks[0], tasks[-1]):
        for name in task["evidence"]:
            console.print(
                f"  task {task['id']}: {demo.data_dir / 'tasks' / str(task['id']) / _name(name)}", soft_wrap=True
            )
    return bool(completed == once == len(tasks))


def _name(evidence: str) -> str:
    return evidence.rsplit("/", 1)[-1]


def _effects(demo: DemoEnvironment, task: dict[str, Any]) -> int:
    """How often this task's effect happened, as the simulated app's server counts."""
    state = fetch_json(f"{demo.phones_url}phones/{task['serial']}")
    rows = [row for row in state["effects"] if row["kind"] == task["script_name"]]
    target = task["script_config"].get("target_user")
    if target is None:  # a publication is known by its first file, whose name on the phone carries the task's number
        return sum(row["count"] for row in rows if row["target"].startswith(f"drover-{task['id']}-"))
    return sum(row["count"] for row in rows if row["target"] == target)


def _keep(console: Console, demo: DemoEnvironment) -> None:
    console.print("\nEverything stays up until Ctrl-C.")
    print(f"API {demo.api_url}")
    print(f"PHONES {demo.phones_url}", flush=True)
    console.print(f"ctl: DROVER_RUNTIME_DIR={demo.runtime_dir} .venv/bin/droverctl status", soft_wrap=True)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    console.print("Ending ...")


if __name__ == "__main__":
    sys.exit(main())
