"""May an attempt go on as the account that its app shows? Asked before it does anything that others can see. Pure."""

from dataclasses import dataclass

from drover.policy.pace import Hold, handle_of


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An attempt stands on the own profile of its app. `account` and `acts_as` are keys of policy.pace: whose profile
    it is, and for whom the attempt began. `own_folder`: each account may have its own files where they are chosen.
    `busy`: that account acts on another phone; `hold` is what holds the one back that the attempt would act as."""

    account: str
    acts_as: str
    named: bool
    reconcile: bool
    publishes: bool
    own_folder: bool
    has_its_files: bool
    busy: bool
    hold: Hold | None


def why_not(seen: Seen, *, serial: str) -> str:
    """One sentence why the attempt ends without doing anything; "" if it goes on.

    A task that names its account switches to it by itself. One that names none never switches: it goes on as whoever
    is logged in, unless that account may not act now or its files were chosen for another.
    """
    who = f"The app on {serial} is logged in as @{handle_of(seen.account)}"
    if not seen.has_its_files:
        return f"{who}, which has used the chosen file; another one is chosen."
    known = handle_of(seen.acts_as)
    if seen.reconcile and known and not seen.named and seen.acts_as != seen.account:
        return f"{who}, and an earlier attempt acted as @{known}; log in as @{known}, then retry."
    if seen.named:
        return "" if seen.hold is None else f"@{known} {_held(seen.hold)}; the task waits."
    if seen.publishes and not seen.reconcile and seen.acts_as != seen.account and (known or seen.own_folder):
        files = f"the files were chosen for @{known}" if known else "its files were chosen before that was known"
        return f"{who}, and {files}; they are chosen again."
    if seen.busy:
        return f"{who}, which acts on another phone now; the task waits until that has ended."
    return "" if seen.hold is None else f"{who}, which {_held(seen.hold)}; the task waits."


def _held(hold: Hold) -> str:
    """What the look brought to light: uses and pauses that were kept under a key that did not know the account."""
    return "pauses" if hold.limit is None else f"reached its limit of {hold.limit} {hold.script_name}s a day"
