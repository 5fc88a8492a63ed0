"""What callers send, checked field by field: from JSON and forms to frozen commands."""
