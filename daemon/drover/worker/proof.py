"""How a worker recognises its phone: by what the supervisor proved before it started the worker."""

from drover.phone.adb import OtherPhoneError, Proof
from drover.phone.engine import PhoneLostError, PhoneStartingError
from drover.policy import identity
from drover.policy.identity import Verdict
from drover.wire.devices import Identity
from drover.wire.zygote import WorkerSpec


def proof_of(spec: WorkerSpec) -> Proof | None:
    """The proof that this worker asks for; None where nothing is known of the phone."""
    if spec.identity == Identity():
        return None
    return Proof(question=identity.QUESTION, accept=lambda text: accept(text, spec))


def accept(text: str, spec: WorkerSpec) -> None:
    """Raises OtherPhoneError unless the answer is the phone's; PhoneStartingError where it cannot say yet."""
    where = spec.transport or spec.serial
    answer = identity.read(text)
    if answer is None:
        raise PhoneLostError(f"{spec.serial}: the phone at {where} did not say which it is; look at the phone.")
    found = identity.same_as_before(answer.identity, spec.identity)
    same_boot = identity.same_boot(answer.identity, spec.identity)
    if found.verdict is Verdict.SAME and (same_boot or (answer.booted and not spec.same_boot)):
        return
    if not answer.booted:
        raise PhoneStartingError(spec.serial)
    raise OtherPhoneError(
        f"{spec.serial}: another phone answers at {where} ({found.why}), and Drover looks for the right one; check "
        "that it is attached"
    )
