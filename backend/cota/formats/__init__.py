"""Files that people take away, and their readers."""
