"""Licences: who may download what, and the download itself."""
