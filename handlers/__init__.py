"""State-machine handlers: one inbound in, one outcome out, without web, queue or provider."""
