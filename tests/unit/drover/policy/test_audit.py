"""What is audited and what of it is kept."""

from typing import get_args

from drover.policy import audit
from drover.wire import control, custom, leases, materials

ALL = frozenset(get_args(control.RequestBody))
CHANGES = {
    control.CreateTasks,
    control.StopTask,
    control.RetryTask,
    control.RetryAll,
    control.ReleaseTasks,
    control.DeleteTasks,
    control.PutAccount,
    control.ChangeAccount,
    control.DeleteAccount,
    control.ImportAccounts,
    control.DiscoverAccounts,  # may register what it finds
    control.SetDevice,
    control.PauseAccount,
    control.ResumeAccount,
    control.PauseDevice,
    control.ResumeDevice,
    control.ForgetDevice,
    control.MakeBackup,
    control.ReloadConfig,
    materials.ImportMaterial,
    materials.ChangeMaterial,
    materials.DeleteMaterial,
    control.ShowToken,  # changes nothing, but gives a secret away
    control.RotateToken,
    leases.TakeLease,
    leases.ReleaseLease,
    leases.EvictLease,
    leases.CallPhone,
    leases.RunAdb,
    custom.AddScript,
    custom.RemoveScript,
}


def test_s30_every_request_is_audited_unless_it_is_known_to_read() -> None:
    assert audit.READS <= ALL
    assert ALL - audit.READS >= CHANGES
    # What was added since: a request that reads belongs into READS, one that changes into CHANGES above.
    assert ALL - audit.READS == CHANGES


def test_s30_long_lists_are_cut_and_counted() -> None:
    ids = audit.ids(control.DeleteTasks(task_ids=list(range(1, 500))), None)
    assert len(ids["task_ids"]) == 100
    assert ids["task_ids_count"] == 499


def test_s30_defaults_and_texts_are_left_out() -> None:
    account = control.PutAccount(username="me", serial="A", note="a canary", package="com.example.clone")
    assert audit.ids(account, None) == {"username": "me", "serial": "A"}


def test_s30_a_script_is_named_and_its_command_is_not() -> None:
    spec = custom.CommandSpec(command=["/srv/warm.js", "--token=canary"])
    assert audit.ids(custom.AddScript(script_name="warm", spec=spec), None) == {"script_name": "warm"}


def test_s30_a_release_of_all_says_so() -> None:
    assert audit.ids(control.ReleaseTasks(all=True, looking_only=True), None) == {"all": True, "looking_only": True}
