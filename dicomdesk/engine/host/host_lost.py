"""The error of whoever needed the engine's process when it ended."""

from dicomdesk.errors import DicomdeskError

__all__ = ["HostLostError"]


class HostLostError(DicomdeskError):
    """The engine's process has ended while it was needed."""
