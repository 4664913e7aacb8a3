package io.trialog.measurement;

/** Input that cannot be read; names the field and never quotes its value. */
public final class FieldRefused extends Exception {
  private final String code;
  private final String field;
  private final String detail;

  /**
   * States one refusal.
   *
   * @param code stable, snake_case
   * @param field path such as {@code exposures[3].time}; empty for the whole
   * @param detail what was expected and what was found
   */
  public FieldRefused(String code, String field, String detail) {
    super(code + (field.isEmpty() ? "" : " at " + field) + ": " + detail);
    this.code = code;
    this.field = field;
    this.detail = detail;
  }

  /** Stable code, for example {@code malformed_json}, {@code unknown_field}, {@code wrong_type}. */
  public String code() {
    return code;
  }

  /** Path of the field; empty for the whole. */
  public String field() {
    return field;
  }

  /** What was expected and what was found. */
  public String detail() {
    return detail;
  }
}
