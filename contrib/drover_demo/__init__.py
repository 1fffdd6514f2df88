"""`make demo`: the main job on three simulated phones, from the first process to the table of results."""
