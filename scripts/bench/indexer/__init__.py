"""How fast, how steady and how right the indexer is, beside others' (`make bench-indexer`)."""
