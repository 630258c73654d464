"""Catalogues of others: readers that give neutral records, and the writer to a CKAN."""
