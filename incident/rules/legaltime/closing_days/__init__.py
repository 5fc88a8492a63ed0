"""Closing days as data: corrections to the `holidays` package and calendars that it lacks, each with its source."""
