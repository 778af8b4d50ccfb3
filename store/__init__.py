"""Tables, transactions, leases, migrations."""
