"""The demo: an invented city with its directory, its data and the story of ten steps."""
