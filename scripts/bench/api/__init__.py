"""`make bench-api`: signed submissions, next tasks, and the peer."""
