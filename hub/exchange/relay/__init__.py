"""Relay: a granted system asks a provider's own API through the hub, under the same decision and receipt."""
