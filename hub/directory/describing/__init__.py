"""An entry proposed from a table as its database or file describes it: every proposal with its reason. Pure."""
