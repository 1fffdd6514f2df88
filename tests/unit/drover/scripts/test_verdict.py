"""What two surveys prove of a post, and what they do not."""

import pytest

from drover.apps.grid import Grid
from drover.apps.upload import Upload
from drover.scripts.publishing.survey import FEED, PROFILE, Survey
from drover.scripts.publishing.verdict import fewer_failures, kept_as_draft, newly_failed, untouched

BAR = "Couldn't post"


def survey(
    failed: int = 0, *, running: bool = False, posts: int = 3, drafts: int = 0, feed: bool = True, story: bool = False
) -> Survey:
    """A profile with so many posts, and as many bars on both pages."""
    told = Upload(running=running, failed=(BAR,) * failed)
    pages = {PROFILE: Upload(), FEED: told} if feed else {PROFILE: Upload()}
    return Survey(grid=Grid(posts=posts, drafts=drafts), uploads=pages, story=story)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (survey(), survey(1), BAR),
        (survey(1), survey(2), BAR),
        (survey(1), survey(1), ""),  # it stood there before
        (survey(2), survey(1), ""),
        (survey(feed=False), survey(1), ""),  # what the feed said before is not known
        (survey(), survey(1, posts=4), ""),  # contradicted by a post
        (survey(), survey(1, story=True), ""),
        (survey(), survey(1, running=True), ""),
        (survey(), survey(), ""),
    ],
)
def test_only_a_failure_more_than_before_is_this_ones(before: Survey, after: Survey, says: str) -> None:
    assert newly_failed(before, after) == says


def test_a_page_that_tells_of_fewer_contradicts_one_that_tells_of_more() -> None:
    before = Survey(uploads={PROFILE: Upload(failed=(BAR,)), FEED: Upload()})
    after = Survey(uploads={PROFILE: Upload(), FEED: Upload(failed=(BAR,))})
    assert newly_failed(before, after) == ""
    assert fewer_failures(before, after)


def test_the_words_that_are_new_are_told() -> None:
    before = Survey(uploads={FEED: Upload(failed=("Video can't be posted",))})
    after = Survey(uploads={FEED: Upload(failed=("Video can't be posted", "Photo can't be posted"))})
    assert newly_failed(before, after) == "Photo can't be posted"


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (survey(), survey(drafts=1), True),
        (survey(drafts=2), survey(drafts=3), True),
        (survey(), survey(drafts=3), False),  # the tile was not loaded yet
        (survey(1), survey(1, drafts=1), False),
        (survey(1), survey(drafts=1), False),  # the one that had failed
        (survey(), survey(1, drafts=1), False),
        (survey(), survey(drafts=1, posts=4), False),
        (survey(), survey(drafts=1, running=True), False),
        (survey(drafts=1), survey(drafts=1), False),
    ],
)
def test_a_draft_more_is_this_ones_only_where_it_can_be_no_others(before: Survey, after: Survey, kept: bool) -> None:
    assert kept_as_draft(before, after) is kept


@pytest.mark.parametrize(
    ("after", "same"),
    [
        (survey(1), True),
        (survey(0), False),
        (survey(2), False),
        (survey(1, feed=False), False),
        (survey(1, running=True), False),
        (survey(1, posts=4), False),
        (survey(1, drafts=1), False),
        (survey(1, story=True), False),
    ],
)
def test_nothing_changed(after: Survey, same: bool) -> None:
    assert untouched(survey(1), after) is same
