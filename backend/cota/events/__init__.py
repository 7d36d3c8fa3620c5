"""What happens, as it happens: a page, a stream, an inbox, signed deliveries."""
