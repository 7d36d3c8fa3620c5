"""What an operator sees of the running system: health with causes, and numbers over time."""
