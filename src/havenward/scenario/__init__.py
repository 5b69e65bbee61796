"""What is given: schema, reading, checking, bundled scenarios."""
