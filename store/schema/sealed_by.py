"""Which keyring belongs to a database: one row with a mark that no other ring makes."""

from __future__ import annotations

from sqlalchemy import Column, Table

from store.columns import METADATA
from store.sealing import Marked

sealed_by = Table("sealed_by", METADATA, Column("mark", Marked, primary_key=True))
