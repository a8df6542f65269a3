"""Gathers the rows of the desk's slices, so that Django finds them."""

from accounts.desk.brand.models import BrandVersion
from accounts.desk.messages.models import Message, Thread, ThreadRead

__all__ = ["BrandVersion", "Message", "Thread", "ThreadRead"]
