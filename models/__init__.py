"""The tables with their queries, and the keys that seal what they hold."""
