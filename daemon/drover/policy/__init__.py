"""Pure decisions: task lifecycle, dispatch order, retry, schedule, plan limits, device states. No I/O, no clock."""
