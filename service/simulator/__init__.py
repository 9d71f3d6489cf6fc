"""A local stand-in for Africa's Talking and for the phones behind it; loopback only."""
