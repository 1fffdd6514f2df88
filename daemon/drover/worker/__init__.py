"""The process of one phone: its channel to the supervisor and the runner of its attempts."""
