"""What must not stay: reports by anyone, takedowns, erasure of one's own labels."""
