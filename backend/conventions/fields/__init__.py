"""The rows of the table in columns.py, a module for each group of columns."""
