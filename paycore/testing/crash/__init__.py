"""Kill -9 at every named point, start again, and see that every promise still holds."""
