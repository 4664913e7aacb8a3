package io.trialog.guardrails;

import io.trialog.language.Verdict;

/** Where verdicts go. The same verdict may go there again; its id tells the reader. */
public interface Verdicts {
  /**
   * Hands over a verdict. On return it is durable there.
   *
   * @throws VerdictsUnavailable if that is not known; try again
   */
  void publish(Verdict verdict);

  /** Whether the verdict arrived is not known. */
  final class VerdictsUnavailable extends RuntimeException {
    public VerdictsUnavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
