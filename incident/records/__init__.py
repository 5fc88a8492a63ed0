"""Rows, and the questions asked of them; each package knows its own tables and no others above it."""
