"""Divisions through time in the database: lists loaded by the operator, one timeline, boundaries, open services."""
