"""Pulls: the hub fetches a resource from where its department keeps it, on a schedule, and only what changed."""
