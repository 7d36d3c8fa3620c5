"""Cota: an annotation network whose labellers own the dataset's revenue."""
