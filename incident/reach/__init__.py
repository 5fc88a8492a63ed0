"""Reaching somebody outside: where a message may go, whose mailbox it is, and how it is signed. No network and no clock."""
