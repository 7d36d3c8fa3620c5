"""What rules 2 must show, measured: `make bench-scoring` -> var/bench/scoring.json."""
