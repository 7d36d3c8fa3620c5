"""Bounties: a publisher's cash for accepted labels, told and made ready to sign."""
