"""An attempt may take as long as its task waits for uploads and sounds."""

from drover.policy.attempt_deadline import attempt_s


def test_waits_of_the_task_are_on_top() -> None:
    assert attempt_s({"target_user": "ada"}, 600) == 600
    assert attempt_s({"upload_wait_time": 1800, "sound_wait_time": 10}, 600) == 2410
    assert attempt_s({"upload_wait_time": None}, 600) == 600
