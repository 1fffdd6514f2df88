"""What the store knows of an attempt goes into its end, whatever else is said of it."""

from dataclasses import asdict

from drover.policy.records import AttemptFacts
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason

FACTS = AttemptFacts(
    task_id=1, script_name="post", effect=Effect.INTENT, tries=2, max_tries=4, reconciliations=3, attempt=5
)


def test_an_end_has_all_facts_and_all_that_was_said() -> None:
    said = {
        "reconciles": True,
        "reason": Reason.TIMEOUT,
        "remark": "too slow",
        "evidence": ("a.png",),
        "own_word": True,
        "condition": PhoneCondition.LOCKED,
        "untapped": True,
        "other_account": True,
    }
    facts = {name: value for name, value in asdict(FACTS).items() if name not in ("task_id", "script_name")}
    assert asdict(FACTS.ended(**said)) == {**facts, **said}  # type: ignore[arg-type]
