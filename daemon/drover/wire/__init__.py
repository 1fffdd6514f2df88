"""Message types and the codec: the whole contract between the processes. Types only; no I/O, no decisions."""
