"""The demo: every provider that a simulator serves, played over real HTTP; a story as data."""
