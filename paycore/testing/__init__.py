"""For authors of plugins and ledgers: the promises to pass, our values, and fakes."""
