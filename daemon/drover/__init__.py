"""The daemon and the contract that everything else speaks."""
