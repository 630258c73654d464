"""Rows: typed tables of what departments pushed, and the one query path over them (design of the hub, Art. 19-20)."""
