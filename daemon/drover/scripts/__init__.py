"""The scripts: short flows over `drover.phone` and `drover.apps`, one file each."""
