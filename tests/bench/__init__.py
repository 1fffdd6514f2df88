"""`make bench`: what the main job costs. Medians of several runs, beside a baseline measured in the same run."""
