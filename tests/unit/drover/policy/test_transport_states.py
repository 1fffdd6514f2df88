"""Cases P5 and P6: each state of adb in its own words, with the one step that helps."""

import pytest

from drover.policy.transport_states import meaning
from drover.wire.devices import DeviceState

BY_INTENT = ("sideload", "recovery", "rescue", "bootloader", "host", "connecting", "detached", "authorizing")


@pytest.mark.parametrize("state", BY_INTENT)
def test_case_p5_a_state_by_intent_is_shown_as_what_it_is(state: str) -> None:
    found = meaning(state)
    assert found.by_intent
    assert state in found.what
    assert "reconnect" not in found.reason


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("missing udev rules? user is in the plugdev group", "install the udev rules"),
        ("user ann is not in the plugdev group", "to the group plugdev"),
        ("user in plugdev group; are your udev rules wrong?", "plug the phone in again"),
        ("", "install the udev rules"),
    ],
)
def test_case_p6_no_permissions_says_adbs_words_and_the_one_step(words: str, step: str) -> None:
    state = f"no permissions ({words}); see [http://x]" if words else "no permissions"
    found = meaning(state)
    assert found.state is DeviceState.UNAUTHORIZED
    assert state in found.what
    assert step in found.step


def test_an_unknown_state_is_quoted_and_left_alone() -> None:
    assert "'strange'" in meaning("strange").what
    assert meaning("strange").by_intent


@pytest.mark.parametrize("state", ["offline", "unauthorized"])
def test_sick_states_say_what_a_person_can_do(state: str) -> None:
    assert not meaning(state).by_intent
    assert ";" in meaning(state).reason
