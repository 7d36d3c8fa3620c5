"""Disputes: appeals made ready to sign, what a contributor may hold against a refusal, what jurors and auditors
read."""
