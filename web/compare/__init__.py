"""Two traces, or two spans, side by side: pure functions from what was stored to what a template shows."""
