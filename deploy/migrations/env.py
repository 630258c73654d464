"""Alembic environment: runs on the connection, and in the transaction, that :mod:`hub.schema` hands over."""

from __future__ import annotations

from alembic import context

from hub import schema

context.configure(connection=context.config.attributes["connection"], **schema.comparison())
with context.begin_transaction():
    context.run_migrations()
