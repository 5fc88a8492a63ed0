"""Pure rules: values in, values out. No database, no clock, no settings, no network."""
