package io.trialog.benchmarks;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;

/** A way by which snapshots reach an SDK. */
interface SdkWay extends AutoCloseable {
  /** Begins; from then on {@code changed} is called after each snapshot that was accepted. */
  void open(Runnable changed) throws InterruptedException;

  /** What the SDK answers now. */
  Decision peek(String experiment, Context context);

  @Override
  void close();
}
