"""What can go wrong between a client and the daemon. A refusal by the daemon itself is a RequestError of the wire."""


class ControlError(Exception):
    """The conversation with the daemon failed; the message is one sentence for people."""


class DaemonUnreachableError(ControlError):
    """No daemon took the request: nothing was carried out."""


class UntrustedPeerError(ControlError):
    """The process behind the socket belongs to another user: nothing was sent to it."""


class VersionMismatchError(ControlError):
    """The daemon speaks another version of the control protocol."""


class AnswerLostError(ControlError):
    """The request was sent and no answer came: it may or may not have been carried out."""


class RuntimeDirError(ControlError):
    """The runtime directory cannot be used, or is open to other users."""
