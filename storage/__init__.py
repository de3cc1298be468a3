"""Where Pandu keeps things: tables, transactions, the two queues, the record, files."""
