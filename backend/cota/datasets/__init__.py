"""Datasets: what is asked, under which terms, with which items; who holds their shares."""
