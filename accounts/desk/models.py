"""Gathers the rows of the desk's slices, so that Django finds them."""

from accounts.desk.brand.models import BrandVersion
from accounts.desk.messages.models import Attachment, Message, Thread, ThreadRead, ThreadShare

__all__ = ["Attachment", "BrandVersion", "Message", "Thread", "ThreadRead", "ThreadShare"]
