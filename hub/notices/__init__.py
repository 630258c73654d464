"""Notices inside the hub: what somebody should know, to a member and a role, with a link, until each has read it."""
