"""`make bench`: what the main job costs. Medians of several runs, next to a baseline measured in the same run."""
