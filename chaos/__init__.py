"""Faults on purpose: parts of the service are killed at random under load, and then everything is accounted for."""
