"""Hash tables that hold places: each row's coordinates find the bucket of their place, exactly and without sorting."""

from __future__ import annotations

import numpy as np

# Odd fractions, times 2**64, of the golden ratio and the square roots of 2, 3 and 5: they mix all bits into the top ones.
MULTIPLIERS = (0x9E3779B97F4A7C15, 0xB504F333F9DE6485, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B)
BITS = 16
SIZE = len(MULTIPLIERS) << BITS
# What is hashed at once stays in the processor's cache.
ROWS_AT_ONCE = 32_768


class Buckets:
    """Four tables of 2^16 places each, or of 2 to another power, by four hashes of both coordinates."""

    def __init__(self, bits: int = BITS, rows_at_once: int = ROWS_AT_ONCE) -> None:
        self.bits, self.size, self.rows_at_once = bits, len(MULTIPLIERS) << bits, rows_at_once
        self.x = np.full(self.size, np.nan)
        self.y = np.full(self.size, np.nan)

    def place(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the bucket that holds each row's place, `size` where all its four are taken by others."""
        bucket = np.empty(x.size, dtype=np.int64)
        for begin in range(0, x.size, self.rows_at_once):
            part = slice(begin, begin + self.rows_at_once)
            # Adding 0 makes one place of -0.0 and 0.0, which are equal but differ in their bits.
            px, py = x[part] + 0.0, y[part] + 0.0
            held = bucket[part]
            held[:], rest = self._one_table(px, py, 0)
            for table in range(1, len(MULTIPLIERS)):
                held[rest], other = self._one_table(px[rest], py[rest], table)
                rest = rest[other]
            held[rest] = self.size
        return bucket

    def _one_table(self, x: np.ndarray, y: np.ndarray, table: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the bucket of each row in one table, and the rows (indices) that found it taken by another place."""
        bucket = _hashed(x, y, table, self.bits)
        found = self.x[bucket]
        other = np.flatnonzero((found != x) | (self.y[bucket] != y))
        free = other[np.isnan(found[other])]
        if free.size:
            # Of several rows that claim one bucket the last is written; the others are compared with it.
            self.x[bucket[free]], self.y[bucket[free]] = x[free], y[free]
            asked = bucket[other]
            other = other[(self.x[asked] != x[other]) | (self.y[asked] != y[other])]
        return bucket, other


def _hashed(x: np.ndarray, y: np.ndarray, table: int, bits: int) -> np.ndarray:
    key = x.view(np.uint64) * np.uint64(MULTIPLIERS[table])
    key ^= key >> np.uint64(32)
    key ^= y.view(np.uint64)
    key *= np.uint64(MULTIPLIERS[table])
    key >>= np.uint64(64 - bits)
    key += np.uint64(table << bits)
    return key.view(np.int64)
