"""May an attempt go on as the account that its app shows? Asked before it does anything that others can see. Pure."""

from dataclasses import dataclass

from drover.policy.pace import Hold, handle_of


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An attempt stands on the own profile of its app. `account` and `acts_as` are keys of policy.pace: whose profile
    it is, and for whom the attempt began. `busy`: that account acts on another phone; `hold` is what holds it back."""

    account: str
    acts_as: str
    named: bool
    settle: bool
    publishes: bool
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
    if seen.named:
        return ""
    known = handle_of(seen.acts_as)
    if seen.settle:
        other = known and seen.acts_as != seen.account
        return f"{who}, and an earlier attempt acted as @{known}; log in as @{known}, then retry." if other else ""
    if seen.publishes and known and seen.acts_as != seen.account:
        return f"{who}, and the files were chosen for @{known}; they are chosen again."
    if seen.busy:
        return f"{who}, which acts on another phone now; the task waits until that has ended."
    if seen.hold is not None:
        what = "pauses" if seen.hold.limit is None else f"reached its limit of {seen.hold.limit} a day"
        return f"{who}, which {what}; the task waits."
    return ""
