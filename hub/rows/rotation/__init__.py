"""Sealing identity numbers anew under another key while the hub runs."""
