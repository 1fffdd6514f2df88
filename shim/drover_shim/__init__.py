"""The HTTP gateway: the REST contract over the daemon's control socket."""
