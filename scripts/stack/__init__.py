"""The parts of a network on one machine: PostgreSQL, Anvil, and the processes between them."""
