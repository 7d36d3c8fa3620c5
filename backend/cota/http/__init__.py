"""What every endpoint shares: problems, bodies, sessions, freshness, pages.

request -> **http** (size, shape, identity, freshness) -> `<domain>/api` -> service -> queries -> store.
"""
