"""The same gateway for applications on an event loop: one core, driven in another way."""
