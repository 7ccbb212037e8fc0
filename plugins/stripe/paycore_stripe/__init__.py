"""Stripe, as a provider for paycore: cards by page, by form and stored, with holds."""
