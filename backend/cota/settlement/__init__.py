"""From skill to units, leaves, an epoch file and revenue; what is pure here is what `cota verify` recomputes."""
