"""Kill -9 at every named point, start again, and see that every promise still holds.

`python -m paycore.testing.crash` does it to the durable ledger, and with
`--opener yours:open_ledger --database URL` to one of your own.
"""
