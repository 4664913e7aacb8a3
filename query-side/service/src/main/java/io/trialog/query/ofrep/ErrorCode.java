package io.trialog.query.ofrep;

/** OpenFeature's codes of errors, as far as a server has them; the names are the wire's. */
enum ErrorCode {
  PARSE_ERROR,
  INVALID_CONTEXT,
  TARGETING_KEY_MISSING,
  FLAG_NOT_FOUND,
  GENERAL
}
