"""Whatever happened on a phone before: what is called published was, and what is said to be none never is.

`DROVER_EXAMPLES=3000 DROVER_SEED=7 pytest tests/unit/drover/scripts/test_post_histories.py` looks for longer, at other
examples.
"""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, given, note, seed, settings
from hypothesis import strategies as st

from drover.wire.tasks import Effect, Reason
from tests.support.post_histories import AFFAIRS, LOOKS, OUTCOMES, UPLOADS, WORDS, Attempt, Event, Story

EXAMPLES = int(os.environ.get("DROVER_EXAMPLES", "12"))
SEED = int(os.environ.get("DROVER_SEED", "0"))
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
PHASES = (Phase.generate,)
"""A smaller example is not looked for: each takes a second, and says in steps what happened."""

pytestmark = pytest.mark.timeout(120 + 5 * EXAMPLES)

EVENTS = st.builds(
    Event,
    kind=st.sampled_from([*UPLOADS, *AFFAIRS]),
    words=st.sampled_from(WORDS),
    placement=st.sampled_from(["feed", "story"]),
    other_account=st.booleans(),
    then_s=st.sampled_from([0, 2, 5, 20, 90]),
)
ATTEMPTS = st.builds(
    Attempt,
    outcome=st.sampled_from(OUTCOMES),
    words=st.sampled_from(WORDS),
    way=st.sampled_from(["share", "addButton"]),
    placement=st.sampled_from(["", "story"]),
    pictures=st.booleans(),
    at_touch=st.integers(1, 40),
)


@seed(SEED)
@settings(max_examples=EXAMPLES, deadline=None, database=None, phases=PHASES, suppress_health_check=SLOW)
@given(
    app=st.sampled_from(["tiktok", "instagram"]),
    looks=st.sets(st.sampled_from(LOOKS)),
    history=st.lists(EVENTS, max_size=5),
    attempts=st.lists(ATTEMPTS, min_size=1, max_size=3),
)
def test_no_history_deceives_a_proof(app: str, looks: set[str], history: list[Event], attempts: list[Attempt]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch, tempfile.TemporaryDirectory() as folder:
        story = Story(monkeypatch, Path(folder), app, sorted(looks))
        for past in history:
            story.live(past)
        said = [(number, story.attempt(attempt, number)) for number, attempt in enumerate(attempts, 101)]
        for (number, verdict), attempt in zip(said, attempts, strict=True):
            published = story.published(number)
            note(f"{number} {attempt}: {verdict}, published {published}")
            event(f"{app} {attempt.outcome}: {'completed' if verdict.completed else verdict.effect.value}")
            assert verdict.wrong(published) == "", f"task {number} {verdict.wrong(published)}"


@pytest.mark.parametrize(
    ("app", "placement"), [("tiktok", ""), ("instagram", ""), ("instagram", "story")], ids=["tiktok", "reel", "story"]
)
@pytest.mark.parametrize("ended", [False, True])
def test_case_b1_what_a_failed_upload_left_fails_no_later_post(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, app: str, placement: str, ended: bool
) -> None:
    """Also after the app was started again; and it is not taken for the failure of a later one either."""
    story = Story(monkeypatch, tmp_path, app, ["uploads_shown_late"])
    failed = story.attempt(Attempt("failed", placement=placement), 1)
    assert (failed.reason, failed.effect) == (Reason.UPLOAD_FAILED, Effect.NONE), failed.remark
    if ended:
        story.live(Event("ended"))
    for number in (2, 3):
        assert story.attempt(Attempt("published", placement=placement), number).completed
    lost = story.attempt(Attempt("lost", placement=placement), 4)
    assert (lost.completed, lost.effect) == (False, Effect.UNKNOWN)
    assert [story.published(number) for number in (1, 2, 3, 4)] == [0, 1, 1, 0]
