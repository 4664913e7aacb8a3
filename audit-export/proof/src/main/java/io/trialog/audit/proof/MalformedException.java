package io.trialog.audit.proof;

/**
 * Bytes that are not what their format says. The message names the field or the place, what was
 * expected and what was found.
 */
public final class MalformedException extends RuntimeException {

  private final String rule;

  public MalformedException(String rule) {
    super(rule);
    this.rule = rule;
  }

  /** The message. */
  public String rule() {
    return rule;
  }
}
