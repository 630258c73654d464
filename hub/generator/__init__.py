"""A seeded synthetic city of any size: persons, households, kin, addresses, bodies, and what happens day by day."""
