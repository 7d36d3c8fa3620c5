"""What must be closed: opened by anyone -> **closing** -> closed at the end of a `with`, also when it fails."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Its own context manager; stands in front of whatever `close` lets go."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Lets go of what was opened; harmless the second time."""
