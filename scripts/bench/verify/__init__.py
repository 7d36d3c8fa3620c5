"""How long a licensee checks a million labels: `python -m scripts.bench.verify` -> var/bench/verify.json."""
