"""The CKAN dialect: the Action API that CKAN's own clients speak, over this directory, its rows and its decisions.

``actions`` is the register of what is served, ``asks`` what an action is asked with, ``errors`` how it fails in CKAN's
words. Every action reads the directory through :mod:`catalogue.finding` and :mod:`catalogue.published` alone, so that
one rule of visibility holds here as elsewhere. Nothing here knows HTTP: that is :mod:`hub.api.ckan`.
"""
