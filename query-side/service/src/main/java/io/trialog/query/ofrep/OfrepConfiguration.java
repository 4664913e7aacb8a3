package io.trialog.query.ofrep;

import io.trialog.projections.Stream;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** OFREP as Spring wires it. */
@Configuration(proxyBeanMethods = false)
@Import(OfrepAnswers.class)
public class OfrepConfiguration {
  @Bean
  OfrepExposures ofrepExposures(Stream stream) {
    return new OfrepExposures(
        stream.intake()::accept, OfrepExposures.Limits.DEFAULT, Clock.systemUTC());
  }
}
