package io.trialog.language;

import org.jspecify.annotations.Nullable;

/**
 * What an applied change rests on. {@code proposal} is the change proposal, absent where it is the
 * submitted design itself; {@code proposalDigest} is what was approved, absent where no approval
 * was needed or the glass was broken.
 */
public record Basis(
    @Nullable String proposal, @Nullable String proposalDigest, boolean breakGlass) {
  /** No approval, on purpose, and to be reviewed. */
  public static final Basis BROKEN_GLASS = new Basis(null, null, true);
}
