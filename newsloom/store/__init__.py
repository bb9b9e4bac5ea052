"""The store: items in, entries once, feeds out. All SQL of the project is here; docs/store.md says what the file holds."""

from newsloom.store.errors import StoreError
from newsloom.store.reader import Held, Reader, SourceStatus, Status, TopicStatus
from newsloom.store.store import Store
from newsloom.store.tidy import Freed, Keep

__all__ = ["Freed", "Held", "Keep", "Reader", "SourceStatus", "Status", "Store", "StoreError", "TopicStatus"]
