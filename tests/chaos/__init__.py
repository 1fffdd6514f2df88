"""The fault machinery: rigs, faults, load and judges, used short by pytest and full-length by `make chaos`."""
