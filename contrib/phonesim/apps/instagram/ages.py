"""How long ago something was published, as the app says it. What is drawn of it goes stale as it grows older."""

from phonesim.apps.instagram.scene import Scene

_UNITS = ((60, 1, "second"), (3600, 60, "minute"), (86_400, 3600, "hour"), (float("inf"), 86_400, "day"))


def ago(scene: Scene, at: float) -> str:
    """`12 seconds ago`, or under a fault only that it is new."""
    count, unit = _count(scene, at)
    if unit == "second" and scene.phone.faults.active("vague_ages"):
        return scene.labels["just_now"]
    return scene.labels.counted(f"{unit}s_ago", count)


def short(scene: Scene, at: float) -> str:
    """`12s`, as a story says it."""
    count, unit = _count(scene, at)
    if unit == "second" and scene.phone.faults.active("vague_ages"):
        return scene.labels["now"]
    return scene.labels.filled(f"{unit}s_short", count)


def _count(scene: Scene, at: float) -> tuple[int, str]:
    passed = scene.phone.clock() - at
    step, unit = next((step, unit) for limit, step, unit in _UNITS if passed < limit)
    count = int(passed // step)
    scene.phone.before(at + (count + 1) * step)
    return count, unit
