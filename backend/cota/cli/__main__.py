"""`python -m cota.cli`: how the local stack starts its processes."""

from cota.cli import main

main()
