"""The checks of which a verification is made up: each reads one part of the store, in order and in small batches."""
