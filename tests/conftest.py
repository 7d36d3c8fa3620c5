"""What every test may ask for. The fixtures start what they need: `pytest` alone is enough."""

pytest_plugins = [
    "tests.fixtures.sealed",
    "tests.fixtures.postgres",
    "tests.fixtures.anvil",
    "tests.fixtures.deployed",
]
