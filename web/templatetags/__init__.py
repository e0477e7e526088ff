"""Template tags: how numbers, times and icons look, and how hostile content is shown."""
