"""What each message needs to know, read from the rows and put into plain values."""
