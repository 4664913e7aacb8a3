package io.trialog.http;

import io.trialog.language.InvalidValue;
import io.trialog.language.Refused;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/** Turns every way in which a request ends badly into a problem; never a stack trace. */
@RestControllerAdvice
public final class ProblemAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

  @ExceptionHandler
  ResponseEntity<byte[]> problem(ProblemException e) {
    return Answers.problem(e.problem(), e.headers());
  }

  @ExceptionHandler
  ResponseEntity<byte[]> invalid(InvalidValue e) {
    return Answers.problem(Problem.of(e));
  }

  @ExceptionHandler
  ResponseEntity<byte[]> refused(Refused e) {
    return Answers.problem(Problem.of(e.refusal()));
  }

  /** The caller went away while being answered; there is nobody left to tell. */
  @ExceptionHandler
  void gone(AsyncRequestNotUsableException e) {
    LOG.debug("caller went away: {}", e.getMessage());
  }

  @ExceptionHandler
  ResponseEntity<byte[]> other(Exception e, HttpServletRequest request) {
    if (e instanceof ErrorResponse known) {
      int status = known.getStatusCode().value();
      HttpStatus name = HttpStatus.resolve(status);
      String code = name == null ? "http_" + status : name.name().toLowerCase(Locale.ROOT);
      String route = request.getMethod() + " " + request.getRequestURI();
      String detail = known.getBody().getDetail();
      return Answers.problem(
          Problem.of(status, code, route + ": " + (detail == null ? code : detail)));
    }
    String correlation = Correlation.of(request);
    LOG.error(
        "defect in {} {} correlation={}",
        request.getMethod(),
        request.getRequestURI(),
        correlation,
        e);
    return Answers.problem(
        Problem.of(
                500, "defect", "Something broke on our side; the correlation id leads to the log.")
            .with("correlation_id", correlation));
  }
}
