"""PostgreSQL and content storage: the mirror's tables, the private tables, sessions, migrations.

chain (event shapes) -> **store** <- indexer writes the mirror, domains read it and own their rows.
"""
