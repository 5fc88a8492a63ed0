"""Thin views: each calls one action or read and shapes the answer."""
