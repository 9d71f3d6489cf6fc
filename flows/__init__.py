"""Forms as data and the pure engine that walks them; no input or output beyond reading form files."""
