"""UnionPay ExpressPay through IOTPay, as a provider for paycore: channel UPI_EX."""
