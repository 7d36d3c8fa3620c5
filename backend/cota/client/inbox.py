"""Session -> **inbox** -> API. What concerned the account, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterator

from cota.client.session import Session
from cota.client.told import InboxEvent, InboxPage


class InboxCalls(Session):
    """What happened to an account and to the datasets that it works on, publishes or holds shares of."""

    def inbox(self) -> Iterator[InboxEvent]:
        """All of it, newest first; pages are fetched as they are read."""
        cursor: str | None = None
        while True:
            page = self.inbox_page(cursor)
            yield from page.events
            cursor = page.next
            if cursor is None:
                return

    def inbox_page(self, cursor: str | None = None, limit: int = 50) -> InboxPage:
        """At most `limit` (1 to 200) events, older than the page whose `next` is the cursor; with the account's
        credentials that end soon or ended lately. Raises BadRequest for a cursor of something else."""
        self.require_session()
        return InboxPage(self.http.get("/v1/accounts/me/inbox", cursor=cursor, limit=limit))
