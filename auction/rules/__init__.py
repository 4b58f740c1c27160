"""What the law says of an auction, as pure functions: no database, no clock, no request."""
