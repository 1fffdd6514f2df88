"""The HTTP front: the REST contract over the daemon's control socket."""
