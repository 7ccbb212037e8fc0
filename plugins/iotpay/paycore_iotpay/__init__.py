"""IOTPay, as a provider for paycore: credit cards over channel PF_CC."""
