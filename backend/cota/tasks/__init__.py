"""Leases: which member works on which item, and for how long."""
