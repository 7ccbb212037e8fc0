"""How bytes become values and values become calls."""
