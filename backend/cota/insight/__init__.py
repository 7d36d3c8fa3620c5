"""What a buyer may see before paying: quality with its uncertainty, who holds and who paid, a provable preview, and
a test of her own against answers that she committed to."""
