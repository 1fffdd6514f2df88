"""Phones that share accounts, on a real store: begins, looks, acts and ends attempts by the rules of delivery.

What a worker and the supervisor do around the store is played here in one thread; what it stores, chooses and decides
is the product's. `effects` is what others can see, by the account that was really logged in.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from drover.apps import same_handle
from drover.media.limits import limits
from drover.policy import dispatch, retry
from drover.policy.media import Candidate, limit_for, wanted
from drover.policy.pace import Pace, account_key, handle_of, pauses_after
from drover.policy.records import Attempt, AttemptFacts, Decision, Head
from drover.store import account_pace, acting_account, attempts, logins, media_uses, publications, queue, tasks
from drover.store.publications import Begun, Listed
from drover.wire.accounts import Login, LoginSource
from drover.wire.media import MediaFile, MediaKind
from drover.wire.post import PostConfig
from drover.wire.scripts import PUBLISHES
from drover.wire.tasks import Reason, Task
from tests.support.clock import Clock
from tests.support.published import facts_named
from tests.support.stored import new

P = ParamSpec("P")
T = TypeVar("T")

FOLDER = ("a", "b", "c", "d")
LIMIT, PAUSE_S = 2, 60.0
POST = {name: getattr(PostConfig(), name) for name in PostConfig.__struct_fields__} | {
    "material_source": "localFolder",
    "material_path": "/media",
}


@dataclass
class Live:
    """A running attempt as its worker knows it."""

    attempt: Attempt
    task: Task
    account: str
    seen: str
    file: str = ""
    recognised: bool = False
    tapped: bool = False


@dataclass
class AccountFarm:
    """`logged_in` is the truth on the phones; `seen_by` begins an attempt's story, `act` performs its effect."""

    conn: Connection
    logged_in: dict[str, str]
    clock: Clock = field(default_factory=Clock)
    rng: Random = field(default_factory=lambda: Random(0))
    pace: Pace = field(default_factory=lambda: Pace(zone=UTC, limits={"follow": LIMIT, "post": 0}))
    running: dict[str, Live] = field(default_factory=dict[str, Live])
    effects: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    paused_until: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def do(self, operation: Callable[Concatenate[Connection, P], T], *args: P.args, **more: P.kwargs) -> T:
        with self.conn.begin():
            return operation(self.conn, *args, **more)

    # --- what people do

    def submit(self, serial: str, username: str | None, script: str) -> int:
        config = POST if script == "post" else {"target_user": "somebody"}
        task = new(serial, username=username, script_name=script, script_config=config)
        return self.do(tasks.insert, [task], now=self.clock())[0]

    def learn(self, serial: str) -> None:
        """The account reader looks at an idle phone."""
        self.do(logins.learn, self._login(serial, LoginSource.ACCOUNT_READER))

    def crash(self) -> None:
        """The daemon dies and starts again: every open attempt is closed by the rules."""
        for serial in list(self.running):
            self.finish(serial, Reason.INTERRUPTED)

    # --- one attempt

    def begin(self, serial: str) -> bool:
        """Begin what the dispatcher chooses for the phone; False if it chooses nothing."""
        now = self.clock()
        held = self.do(account_pace.holds, [serial], now=now, pace=self.pace)
        heads = self.do(queue.heads, [serial], now=now, held=list(held.account_queues))
        acting = {live.account for live in self.running.values()}
        for head in dispatch.choose(heads, [serial], len(self.running), 9, acting):
            return self._begun(head)
        return False

    def _begun(self, head: Head) -> bool:
        file = ""
        if head.script_name in PUBLISHES:
            begun = self._begin_post(head)
            if begun is None:
                return False
            attempt, task, file = begun.attempt, begun.task, begun.media[0].path
        else:
            attempt, task = self.do(attempts.begin, head.task_id, boot_id="b", now=self.clock(), account=head.account)
        seen = attempt.logged_in_as
        self.running[head.serial] = Live(attempt, task, attempt.account, seen, file)
        return True

    def _begin_post(self, head: Head) -> Begun | None:
        waiting = self.do(publications.waiting, head.task_id)
        if head.account not in ("", waiting.account):
            return None
        want = wanted(
            PostConfig(**waiting.task.script_config), platform="tiktok", account=waiting.account, reuse="per_account"
        )
        taken = self.do(media_uses.taken, want, [f"file:{name}" for name in FOLDER])
        listed = Listed(candidates=[candidate(name) for name in FOLDER if f"file:{name}" not in taken], used=len(taken))
        limit = limit_for(limits(), want)
        begun = self.do(
            publications.begin, head.task_id, boot_id="b", now=self.clock(), want=want, limit=limit, listed=listed
        )
        return begun if isinstance(begun, Begun) else None

    def recognise(self, serial: str) -> None:
        """The script stands on the own profile; a task that names its account switches to it."""
        live = self.running[serial]
        if not self._saw(serial, live):
            return
        if live.task.username and not same_handle(self.logged_in[serial], live.task.username):
            self.logged_in[serial] = live.task.username.removeprefix("@").lower()
            if not self._saw(serial, live):
                return
        live.recognised = True

    def _saw(self, serial: str, live: Live) -> bool:
        """As worker.attempt.saw_account and supervisor.running do it."""
        handle = self.logged_in[serial]
        named = bool(live.task.username)
        if (named or same_handle(handle, handle_of(live.account))) and same_handle(handle, live.seen):
            return True
        key, busy = account_key("tiktok", handle, serial), False
        if not named and not (live.attempt.reconcile and handle_of(live.account)):
            busy = any(other.account == key for at, other in self.running.items() if at != serial)
            live.account = live.account if busy else key
        login = self._login(serial, LoginSource.SCRIPT)
        why = self.do(acting_account.recognise, live.attempt.fence, login, busy=busy, now=self.clock(), pace=self.pace)
        if why:
            self.finish(serial, Reason.WRONG_ACCOUNT, other_account=True)
            return False
        live.seen = handle
        return True

    def act(self, serial: str, *, taps: bool = True) -> None:
        """Intent and, with it granted, the effect; one that reconciles looks first."""
        live = self.running[serial]
        who, what = self.logged_in[serial], live.file or f"task {live.task.id}"
        effect = (live.task.script_name, who, what)
        if live.attempt.reconcile and effect in self.effects:
            self.do(attempts.record_confirmed, live.attempt.fence, evidence=[], now=self.clock())
            self.finish(serial, None)
            return
        now = self.clock()
        if not self.do(attempts.record_intent, live.attempt.fence, what="tap", now=now, day=self.pace.day(now)):
            self.finish(serial, Reason.INTERRUPTED)
            return
        if taps:
            others = [self.logged_in[at] for at, other in self.running.items() if at != serial and other.recognised]
            assert who not in others, f"{who} acts on two phones at once"
            if not live.attempt.reconcile:
                assert self.paused_until.get(who, now) <= now, f"{who} acts while it pauses"
            self.effects.append(effect)
            live.tapped = True

    def finish(self, serial: str, reason: Reason | None, *, other_account: bool = False) -> Task | None:
        live = self.running.pop(serial)
        made: list[Decision] = []

        def decide(facts: AttemptFacts) -> Decision:
            reconciles = live.task.script_name == "follow"
            end = facts.ended(reconciles=reconciles, reason=reason, remark="it ended", other_account=other_account)
            made.append(retry.decide(end, self.rng))
            return made[-1]

        now = self.clock()
        ended = self.do(attempts.finish, live.attempt.fence, decide, now=now, pause_s=PAUSE_S)
        if pauses_after(made[-1]) and live.recognised:
            self.paused_until[self.logged_in[serial]] = now.fromtimestamp(now.timestamp() + PAUSE_S, UTC)
        return ended

    # --- what must hold

    def check(self) -> None:
        """No account above its limit, and none with a file or a follow twice."""
        follows = Counter(who for script, who, _what in self.effects if script == "follow")
        assert max(follows.values(), default=0) <= LIMIT, follows
        twice = [effect for effect, n in Counter(self.effects).items() if n > 1]
        assert not twice, twice

    def counted(self, handle: str) -> int:
        """What the store counts for the account today."""
        key = account_key("tiktok", handle, "")
        return self.do(account_pace.used_on, [key], self.pace.day(self.clock())).get(key, {}).get("follow", 0)

    def _login(self, serial: str, source: LoginSource) -> Login:
        return Login(
            serial=serial,
            platform="tiktok",
            package="com.zhiliaoapp.musically",
            username=self.rng.choice([str.upper, str.lower])(self.logged_in[serial]),
            source=source,
            learned_at=self.clock(),
        )


def candidate(name: str) -> Candidate:
    """A video of the folder."""
    file = MediaFile(path=name, kind=MediaKind.VIDEO, media_type="video/mp4", size=1000)
    return Candidate(key=f"file:{name}", file=file, facts=facts_named(name), name=name)
