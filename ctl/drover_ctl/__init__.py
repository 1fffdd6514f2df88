"""The command line over the daemon's control socket."""
