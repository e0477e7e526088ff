"""Measurements of what the product promises: `make bench` runs them all and prints JSON lines."""
