package io.trialog.receipts;

import java.time.Instant;

/**
 * Clients of one SDK version that enforce one position; {@code lastSeen} is of the last to speak.
 */
public record ClientGroup(String sdk, long position, long clients, Instant lastSeen) {}
