"""Tables, transactions, leases, migrations."""

from store.errors import Conflict, InUse, LostLease, NodeEnded, NotOurs, RefTaken, SchemaError, StoreDown, StoreError

__all__ = [
    "Conflict",
    "InUse",
    "LostLease",
    "NodeEnded",
    "NotOurs",
    "RefTaken",
    "SchemaError",
    "StoreDown",
    "StoreError",
]
