"""Harvest: catalogues of others come into the directory through the same gates, and open entries go out to a CKAN."""
