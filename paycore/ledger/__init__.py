"""What remembers: the promise, and the memories that keep it."""
