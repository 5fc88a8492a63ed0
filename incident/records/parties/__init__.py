"""Parties: the directory, the people who speak for them, and the channels that reach them."""

from incident.records.parties import channels, directory, people, rotas, tables

__all__ = ["channels", "directory", "people", "rotas", "tables"]
