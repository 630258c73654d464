"""Aggregates for systems and the public: counted, controlled, and remembered against differencing."""
