"""`python -m phonesim`."""

from phonesim.main import main

main()
