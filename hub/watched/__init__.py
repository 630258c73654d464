"""A folder that is watched: what a department's system drops there is pushed, and its report lies beside it."""
