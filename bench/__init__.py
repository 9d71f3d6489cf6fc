"""Measurements, and a walker that looks for what no test thought of; nothing here is needed to serve."""
