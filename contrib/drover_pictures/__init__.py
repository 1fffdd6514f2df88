"""The pictures of the documentation, each drawn from the code or from a run: `python -m drover_pictures`."""
