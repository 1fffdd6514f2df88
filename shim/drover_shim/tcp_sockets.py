"""The TCP sockets that the server listens on. The Unix socket is drover.unix_socket's."""

import errno
import socket
from typing import Final

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
FREE_PORT_TRIES: Final = 20
BACKLOG: Final = 1024
_NO_IPV6: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class PortTakenError(Exception):
    """Another process listens on the port."""


def tcp(host: str, port: int) -> list[socket.socket]:
    """Bound sockets: on both loopback addresses for a loopback host (`localhost` may mean either), otherwise on the
    first address of the host, IPv4 before IPv6. Raises PortTakenError."""
    if host.lower() not in LOOPBACK:
        return [_bound(host, port)]
    tries = 1 if port else FREE_PORT_TRIES
    for last in (number == tries for number in range(1, tries + 1)):
        first = _bound("127.0.0.1", port)
        try:
            return [first, _bound("::1", first.getsockname()[1])]
        except PortTakenError:
            first.close()
            if last:
                raise
        except OSError as error:
            if error.errno not in _NO_IPV6:
                first.close()
                raise
            return [first]
    raise AssertionError("unreachable")


def _bound(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(BACKLOG)  # a second socket may bind the same port as long as none listens
    except OSError as error:
        sock.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTakenError(f"port {port} on {host} is taken by another process") from None
    return sock
