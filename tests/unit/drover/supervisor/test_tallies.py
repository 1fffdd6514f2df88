"""What is counted is there from the start, at nothing: a series of the metrics that appears late looks like a jump."""

from drover.phone.engine import Cure
from drover.supervisor.tallies import Tallies


def test_each_cure_of_a_phone_has_its_counter_from_the_start() -> None:
    counters = Tallies().counters
    assert {f"automation_{cure.value}" for cure in Cure} == {name for name in counters if name.startswith("automation")}
    assert set(counters.values()) == {0}


def test_each_boot_counts_by_itself() -> None:
    Tallies().counters["worker_death"] += 1
    assert Tallies().counters["worker_death"] == 0
