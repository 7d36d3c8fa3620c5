"""Accounts: joining and leaving through the relayer, what an account holds and is owed, its statement."""
