"""A person's or body's own rights: see one's records, who looked at them, have them corrected, complain."""
