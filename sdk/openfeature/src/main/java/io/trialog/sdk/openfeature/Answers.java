package io.trialog.sdk.openfeature;

import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.ImmutableMetadata;
import dev.openfeature.sdk.ProviderEvaluation;
import io.trialog.sdk.core.openfeature.StandardReason;

/** Answers as OpenFeature takes them. */
final class Answers {
  private Answers() {}

  static <T> ProviderEvaluation<T> error(T defaultValue, ErrorCode code, String message) {
    return ProviderEvaluation.<T>builder()
        .value(defaultValue)
        .reason(StandardReason.ERROR.name())
        .errorCode(code)
        .errorMessage(message)
        .flagMetadata(ImmutableMetadata.EMPTY)
        .build();
  }

  static <T> ProviderEvaluation<T> value(
      T value, String variant, StandardReason reason, ImmutableMetadata metadata) {
    return ProviderEvaluation.<T>builder()
        .value(value)
        .variant(variant)
        .reason(reason.name())
        .flagMetadata(metadata)
        .build();
  }
}
