"""Benchmarks: each `make bench-<name>` writes var/bench/<name>.json, raw logs beside it."""
