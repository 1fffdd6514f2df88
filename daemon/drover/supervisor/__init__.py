"""The daemon's event loop: worker processes, adb tracker, control server, event fan-out."""
