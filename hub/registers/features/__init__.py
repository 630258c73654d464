"""Parcels of land, water, forest and minerals as subjects of the register of geography, each with shape and area."""
