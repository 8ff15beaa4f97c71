"""The report: one page that opens offline, with maps, charts and the ledger of claims."""
