"""How messages and hops reach the phone network: one module per gateway."""
