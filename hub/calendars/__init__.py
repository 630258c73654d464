"""Holiday lists the operator loads, one version after the other, and the calendar they make."""
