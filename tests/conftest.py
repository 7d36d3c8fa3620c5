"""What every test may ask for. The fixtures start what they need: `pytest` alone is enough."""

from hypothesis import settings

pytest_plugins = [
    "tests.fixtures.sealed",
    "tests.fixtures.postgres",
    "tests.fixtures.anvil",
    "tests.fixtures.deployed",
]

# No deadline for one example: the machine is shared, and a slow example is no wrong one.
settings.register_profile("short", deadline=None, print_blob=True)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=5_000)
settings.load_profile("short")
