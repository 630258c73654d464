"""Code lists of departments, in versions, beside the lists the hub ships."""
