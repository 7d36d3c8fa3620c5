"""The service over HTTP, against a real chain and a real database."""
