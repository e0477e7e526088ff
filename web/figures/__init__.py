"""Figures for Plotly as plain dicts: pure functions of an answer, tested by comparing values."""
