"""The laws as data, one file each; `docs/catalogue.md` describes the format."""
