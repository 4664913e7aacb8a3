package io.trialog.replay;

/** The first 128 bits of the SHA-256 over the cells of a row: the same for identical rows only. */
record RowDigest(long high, long low) {}
