"""Signed labels: checked, stored at an index of the log, receipted."""
