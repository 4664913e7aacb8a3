package io.trialog.guardrails;

import io.trialog.language.GuardrailReport;
import io.trialog.language.Verdict;

/**
 * Where verdicts and reports go. The same one may go there again; its id tells the reader. Each
 * call names the environment of the experiment, for which the message is signed.
 */
public interface Verdicts {
  /**
   * Hands over a verdict. On return it is durable there.
   *
   * @throws VerdictsUnavailable if that is not known; try again
   */
  void publish(String environment, Verdict verdict);

  /**
   * Hands over a report. On return it is durable there.
   *
   * @throws VerdictsUnavailable if that is not known; try again
   */
  void publish(String environment, GuardrailReport report);

  /** Whether it arrived is not known. */
  final class VerdictsUnavailable extends RuntimeException {
    public VerdictsUnavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
