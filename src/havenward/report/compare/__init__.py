"""The report of a comparison: what edits change, future by future."""
