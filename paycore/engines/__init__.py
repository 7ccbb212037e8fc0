"""Who runs the work that is due: `inline` by itself, `procrastinate` in worker processes."""
