"""Who says so: typed statements, sign-in messages, agent keys, sessions."""
