"""Which tasks begin now. Knows queues and limits only; whether a device is well is the caller's business."""

from collections.abc import Collection, Sequence

from drover.policy.records import Head


def choose(
    heads: Sequence[Head], idle: Collection[str], in_use: int, device_limit: int, acting: Collection[str] = ()
) -> list[Head]:
    """The heads to begin, first one first: one a device, higher priority first, then older, within the limit.

    `in_use` counts the devices that run or are leased; never more than `device_limit` are in use afterwards. `acting`
    are the accounts that run a task now: none acts on two phones at once, or its limit and pauses would not hold.
    """
    chosen: dict[str, Head] = {}
    taken = set(acting)
    for head in sorted(heads, key=lambda head: (-head.priority, head.task_id)):
        if in_use + len(chosen) >= device_limit:
            break
        if head.serial in idle and head.serial not in chosen and head.account not in taken:
            chosen[head.serial] = head
            taken |= {head.account} - {""}
    return list(chosen.values())
