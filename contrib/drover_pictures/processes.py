"""Which processes there are and how they speak to each other. Every statement names the code that makes it true.

The places are set by hand; what is said of each is looked up in the source, and a process or socket that the source has
and the picture has not is an error.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drover_pictures import svg
from drover_pictures.source import Source, SourceError

WIDTH, HEIGHT, LINE_HEIGHT = 1060.0, 640.0, 14.0

MAKERS: Final = {
    *("subprocess.Popen", "asyncio.create_subprocess_exec", "os.fork"),
    *("zmq.ROUTER", "zmq.DEALER", "socket.socketpair"),
}
"""What makes a process, or an end of a connection. Where one stands in the source, a proof here names it."""
LISTENERS: Final = {"start_unix_server", "create_unix_server"}
"""What listens on a Unix socket. Where one stands in the source, a proof here is about that module."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A word or number that the syntax of this module holds: a name, `owner.name`, a function's, or in a constant."""

    module: str
    says: str | int


@dataclass(frozen=True, kw_only=True)
class Node:
    """A process, or something that is not ours (`outside`)."""

    title: str
    says: tuple[str, ...]
    at: tuple[float, float]
    width: float = 210.0
    outside: bool = False
    many: bool = False
    proofs: tuple[Proof, ...] = ()

    @property
    def height(self) -> float:
        return 28 + LINE_HEIGHT * len(self.says)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A connection or what starts what (`starts`, dashed); its words stand at `at`."""

    points: tuple[tuple[float, float], ...]
    says: tuple[str, ...]
    at: tuple[float, float]
    starts: bool = False
    both: bool = False
    proofs: tuple[Proof, ...] = ()


NODES: Final = (
    Node(title="Clients", says=("programs, scripts, curl, a browser",), at=(30, 84), outside=True),
    Node(title="Operator", says=("a terminal",), at=(30, 300), outside=True, width=100),
    Node(
        title="gateway",
        says=("drover-shim: REST, guard, token,", "events, OpenAPI; holds no state"),
        at=(385, 77),
        proofs=(
            Proof(module="drover.supervisor.upkeep.gateway_process", says="asyncio.create_subprocess_exec"),
            Proof(module="drover.supervisor.upkeep.gateway_process", says="drover_shim.main"),
        ),
    ),
    Node(title="droverctl", says=("the command line",), at=(200, 300), width=130),
    Node(
        title="droverd, the supervisor",
        says=("tasks, phones, leases; records", "intent before a tap is allowed"),
        at=(385, 292),
    ),
    Node(
        title="drover.db",
        says=("SQLite, one writer thread",),
        at=(385, 440),
        outside=True,
        proofs=(Proof(module="drover.supervisor.app.daemon", says="drover.db"),),
    ),
    Node(
        title="probe",
        says=("decodes media, without rights",),
        at=(385, 540),
        proofs=(
            Proof(module="drover.media.inspector", says="subprocess.Popen"),
            Proof(module="drover.media.inspector", says="drover.media.probe"),
        ),
    ),
    Node(
        title="zygote",
        says=("has imported everything", "and forks the workers"),
        at=(820, 77),
        width=200,
        proofs=(
            Proof(module="drover.supervisor.workers.zygote_process", says="subprocess.Popen"),
            Proof(module="drover.supervisor.workers.zygote_process", says="drover.worker.zygote"),
            Proof(module="drover.worker.plugins", says="os.fork"),
        ),
    ),
    Node(
        title="a worker for each phone",
        says=("one thread for the socket,", "one that drives the phone"),
        at=(820, 292),
        width=200,
        many=True,
        proofs=(Proof(module="drover.worker.zygote", says="os.fork"),),
    ),
    Node(
        title="reaper, your command",
        says=("a script of your own; ends", "with all that it started"),
        at=(820, 437),
        width=200,
        proofs=(
            Proof(module="drover.worker.command", says="subprocess.Popen"),
            Proof(module="drover.worker.process_reaper", says="os.fork"),
        ),
    ),
    Node(
        title="adb server",
        says=("found running, or started; never ended",),
        at=(620, 560),
        width=250,
        outside=True,
        proofs=(Proof(module="drover.supervisor.upkeep.adb_server", says="subprocess.Popen"),),
    ),
    Node(title="phones", says=("USB or network",), at=(930, 560), width=110, outside=True, many=True),
)

LINKS: Final = (
    Link(
        points=((240, 106), (385, 106)),
        says=("HTTP, 127.0.0.1:50809", "or api.sock"),
        at=(312, 84),
        proofs=(
            Proof(module="drover.config", says=50809),
            Proof(module="drover_shim.tcp_sockets", says="bind"),
            Proof(module="drover.config", says="api_socket"),
        ),
    ),
    Link(points=((130, 321), (200, 321)), says=(), at=(0, 0)),
    Link(
        points=((330, 321), (385, 321)),
        says=("control.sock:", "msgpack frames"),
        at=(326, 280),
        proofs=(
            Proof(module="drover.client.paths", says="control.sock"),
            Proof(module="drover.supervisor.api.server", says="unix_socket"),
        ),
    ),
    Link(
        points=((460, 133), (460, 292)),
        says=("control.sock", "(the gateway asks)"),
        at=(395, 208),
        proofs=(Proof(module="drover_shim.pool", says="ControlClient"),),
    ),
    Link(points=((530, 292), (530, 133)), says=("starts, probes", "/healthz"), at=(574, 208), starts=True),
    Link(
        points=((595, 302), (708, 302), (708, 105), (820, 105)),
        says=("starts; a socketpair",),
        at=(765, 96),
        starts=True,
        proofs=(Proof(module="drover.supervisor.workers.zygote_process", says="socket.socketpair"),),
    ),
    Link(points=((910, 133), (910, 292)), says=("forks",), at=(930, 216), starts=True),
    Link(
        points=((595, 331), (820, 331)),
        says=("ZeroMQ on workers.sock:", "ROUTER to DEALER"),
        at=(708, 348),
        both=True,
        proofs=(
            Proof(module="drover.supervisor.app.runtime_dir", says="workers.sock"),
            Proof(module="drover.supervisor.workers.channel", says="zmq.ROUTER"),
            Proof(module="drover.worker.channel", says="zmq.DEALER"),
        ),
    ),
    Link(points=((910, 348), (910, 437)), says=("starts",), at=(933, 398), starts=True),
    Link(points=((490, 348), (490, 440)), says=(), at=(0, 0)),
    Link(
        points=((430, 348), (340, 380), (340, 560), (385, 560)),
        says=("starts;", "a socketpair"),
        at=(296, 470),
        starts=True,
        proofs=(Proof(module="drover.media.inspector", says="socket.socketpair"),),
    ),
    Link(
        points=((560, 348), (640, 400), (640, 560)),
        says=("lists phones,", "port 5037"),
        at=(686, 420),
        proofs=(
            Proof(module="drover.config", says=5037),
            Proof(module="drover.supervisor.devices.tracker", says="host:track-devices-l"),
        ),
    ),
    Link(
        points=((820, 340), (760, 400), (760, 560)),
        says=("drives its phone:", "shell, sync, port 9008"),
        at=(700, 514),
        proofs=(
            Proof(module="drover.phone.adb", says="create_connection"),
            Proof(module="drover.phone.rpc", says=9008),
        ),
    ),
    Link(points=((870, 582), (930, 582)), says=(), at=(0, 0), both=True),
)


def draw(source: Source) -> str:
    """The picture; SourceError where the source and what is said here do not agree."""
    for proof in _proofs():
        if not _holds(source, proof):
            raise SourceError(f"{proof.module} has no {proof.says!r} any more: processes.py says so, set it right")
    _nothing_is_left_out(source)
    title = "Processes and sockets"
    shapes = [
        svg.text(30, 38, title, size=17, bold=True),
        svg.text(30, 56, "Full lines: who connects to whom. Dashed lines: who starts whom.", fill=svg.GREY),
    ]
    for link in LINKS:
        shapes.append(svg.line(link.points, both=link.both, dashed=link.starts))
    for link in LINKS:
        x, y = link.at
        for number, words in enumerate(link.says):
            shapes.append(svg.text(x, y + number * 13, words, size=10.5, fill=svg.GREY, anchor="middle"))
    for node in NODES:
        shapes += _shown(node)
    return svg.document(WIDTH, HEIGHT, title, shapes)


def _proofs() -> Iterator[Proof]:
    for each in (*NODES, *LINKS):
        yield from each.proofs


def _holds(source: Source, proof: Proof) -> bool:
    for node in ast.walk(source.module(proof.module).tree):
        if isinstance(node, ast.Constant) and _contains(node.value, proof.says):
            return True
        if isinstance(node, ast.FunctionDef) and node.name == proof.says:
            return True
        if isinstance(node, ast.expr) and proof.says in _names(node):
            return True
    return False


def _contains(value: object, says: str | int) -> bool:
    return says in value if isinstance(value, str) and isinstance(says, str) else value == says


def _names(node: ast.expr) -> tuple[str, ...]:
    """What an expression is called: a name, or an attribute with and without its owner."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        return (node.attr, *(f"{owner}.{node.attr}" for owner in _names(node.value)))
    return ()


def _nothing_is_left_out(source: Source) -> None:
    said = {(proof.module, proof.says) for proof in _proofs()}
    about = {proof.module for proof in _proofs()}
    for module in source.modules.values():
        for node in ast.walk(module.tree):
            names = set(_names(node)) if isinstance(node, ast.expr) else set[str]()
            unsaid = {name for name in names & MAKERS if (module.name, name) not in said}
            if unsaid := unsaid | (names & LISTENERS if module.name not in about else set()):
                raise SourceError(f"{module.name} has {min(unsaid)}, and processes.py shows no such process or socket")


def _shown(node: Node) -> list[str]:
    x, y = node.at
    fill = "#f3f4f6" if node.outside else "#eef4ff"
    behind = [svg.rect(x + 5, y + 5, node.width, node.height, fill=fill)] if node.many else []
    shapes = [*behind, svg.rect(x, y, node.width, node.height, fill=fill)]
    shapes.append(svg.text(x + 10, y + 18, node.title, size=13, bold=True))
    for number, words in enumerate(node.says):
        shapes.append(svg.text(x + 10, y + 33 + number * LINE_HEIGHT, words))
    return shapes
