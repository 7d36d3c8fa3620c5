"""The parts that `scripts/demo.py` tells its story with: cast, crowd, stages, ending."""
