"""The outside world: web, queue, gateways, simulator and command line."""
