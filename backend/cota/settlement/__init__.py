"""From skill to units, leaves, an epoch file and revenue; the pure parts are what `cota verify` redoes."""
