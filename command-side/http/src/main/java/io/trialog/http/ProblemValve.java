package io.trialog.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/**
 * What Tomcat answers when a request does not even reach the application, such as one that is not
 * HTTP: a problem, with neither a version nor a stack trace. Tomcat makes it by its name.
 */
public final class ProblemValve extends ErrorReportValve {
  @Override
  protected void report(Request request, Response response, @Nullable Throwable throwable) {
    if (response.getStatus() < 400
        || response.getContentWritten() > 0
        || !response.setErrorReported()) {
      return;
    }
    try {
      response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
      SecurityHeaders.ALWAYS.forEach(response::setHeader);
      String text = Problem.ofStatus(response.getStatus()).toJson().toString();
      response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | IllegalStateException e) {
      getContainer().getLogger().debug("nobody took the answer", e);
    }
  }
}
