package io.trialog.http;

import io.trialog.language.log.EventLog;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;

/** Wires bearer tokens, correlation and problems into a service. */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
@Import({ProblemAdvice.class, DescriptionRoutes.class})
public class HttpConfiguration {
  @Bean
  AccessTokens accessTokens(EventLog log) {
    return new AccessTokens(log);
  }

  @Bean
  Access access(Denials denials) {
    return new Access(denials);
  }

  @Bean
  OpaqueTokenIntrospector introspector(AccessTokens tokens) {
    return bearer ->
        tokens
            .caller(bearer)
            .map(caller -> new TokenPrincipal(bearer, caller))
            .orElseThrow(() -> new BadOpaqueTokenException("unknown or revoked token"));
  }

  @Bean
  FilterRegistrationBean<Correlation> correlation() {
    FilterRegistrationBean<Correlation> registration =
        new FilterRegistrationBean<>(new Correlation());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  /**
   * A body is read by whoever asks for it, whatever its type says: Tomcat would eat one that curl
   * calls a form, and break off one that is too large for a form.
   */
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> bodiesAreNoForms() {
    return server -> server.addConnectorCustomizers(connector -> connector.setParseBodyMethods(""));
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http, OpaqueTokenIntrospector introspector)
      throws Exception {
    return http.authorizeHttpRequests(routes ->
            routes.requestMatchers("/api/**", "/ofrep/**").authenticated().anyRequest().permitAll())
        .oauth2ResourceServer(server ->
            server
                .opaqueToken(token -> token.introspector(introspector))
                .authenticationEntryPoint((request, response, e) -> unauthorized(response)))
        .exceptionHandling(handling ->
            handling.authenticationEntryPoint((request, response, e) -> unauthorized(response)))
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .csrf(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .headers(Customizer.withDefaults())
        .build();
  }

  private static void unauthorized(HttpServletResponse response) throws IOException {
    Problem problem =
        Problem.of(
            401,
            "token_required",
            "This route needs the header Authorization: Bearer <token>, with a token that is"
                + " known and not revoked.");
    response.setStatus(problem.status());
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"trialog\"");
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.getOutputStream().write(Answers.bytes(problem.toJson()));
  }
}
