package io.trialog.measurement.collector;

import io.trialog.measurement.FieldRefused;

/** The batch cannot be read as a whole; nothing of it was written. */
public final class BatchRefused extends Exception {
  private final boolean tooLarge;
  private final String code;
  private final String field;

  BatchRefused(FieldRefused refused) {
    this(false, refused.code(), refused.field(), refused.detail());
  }

  BatchRefused(boolean tooLarge, String code, String field, String detail) {
    super(detail);
    this.tooLarge = tooLarge;
    this.code = code;
    this.field = field;
  }

  /** 413 when the batch is too large, else 400. */
  public int httpStatus() {
    return tooLarge ? 413 : 400;
  }

  /** Stable code: {@code batch_too_large}, {@code malformed_json}, {@code unknown_field}, … */
  public String code() {
    return code;
  }

  /** Path of the field, for example {@code outcomes[3].value}; empty for the whole. */
  public String field() {
    return field;
  }
}
