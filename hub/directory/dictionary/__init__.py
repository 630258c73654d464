"""The data-element dictionary as the city keeps it: own elements and own words beside the shipped ones."""
