package io.trialog.language;

/**
 * A value that is not well formed, by the name of its field; a caller's fault, answered with 400.
 */
public final class InvalidValue extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /** {@code detail} continues a sentence that begins with the field's name. */
  public InvalidValue(String field, String detail) {
    super(field + " " + detail);
    this.field = field;
  }

  /** The same, with {@code prefix} at the start of the field's path replaced. */
  public InvalidValue at(String replacement, String prefix) {
    String detail = String.valueOf(getMessage()).substring(field.length() + 1);
    return new InvalidValue(replacement + field.substring(prefix.length()), detail);
  }

  /** The field in snake_case, as the caller wrote it. */
  public String field() {
    return field;
  }
}
