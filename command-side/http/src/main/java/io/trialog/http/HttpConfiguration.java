package io.trialog.http;

import io.trialog.language.log.EventLog;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.header.writers.StaticHeadersWriter;

/**
 * Wires bearer tokens, correlation, limits and problems into a service. Reads {@code
 * trialog.rate-limit}, {@code trialog.cors-origins} and {@code trialog.oidc.*} of the environment.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
@Import({ProblemAdvice.class, DescriptionRoutes.class, ErrorAnswers.class})
public class HttpConfiguration {
  @Bean
  HttpSettings httpSettings(Environment environment) {
    return HttpSettings.of(environment);
  }

  @Bean
  AccessRegister accessRegister(EventLog log) {
    return new AccessRegister(log);
  }

  @Bean
  AccessTokens accessTokens(AccessRegister register) {
    return new AccessTokens(register, Clock.systemUTC());
  }

  @Bean
  BearerTokens bearerTokens(AccessTokens tokens, AccessRegister register, HttpSettings settings) {
    OidcSettings oidc = settings.oidc();
    return new BearerTokens(
        tokens, oidc == null ? null : new OidcTokens(oidc, register, Clock.systemUTC()));
  }

  @Bean
  Access access(Denials denials, AccessRegister register) {
    return new Access(denials, register, Clock.systemUTC());
  }

  @Bean
  FilterRegistrationBean<Correlation> correlation() {
    FilterRegistrationBean<Correlation> registration =
        new FilterRegistrationBean<>(new Correlation());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  @Bean
  FilterRegistrationBean<WhenLogIsAway> whenLogIsAway() {
    FilterRegistrationBean<WhenLogIsAway> registration =
        new FilterRegistrationBean<>(new WhenLogIsAway());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
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
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> errorsAreProblems() {
    return server ->
        server.addContextCustomizers(context -> {
          if (context.getParent() instanceof StandardHost host) {
            host.setErrorReportValveClass(ProblemValve.class.getName());
          }
        });
  }

  @Bean
  SecurityFilterChain security(
      HttpSecurity http, BearerTokens tokens, HttpSettings settings, Environment environment)
      throws Exception {
    RateLimits limits = new RateLimits(settings.commandsPerSecond());
    BrowserOrigins browsers = BrowserOrigins.of(environment);
    if (!browsers.origins().isEmpty()) {
      http.addFilter(browsers.filter());
    }
    return http.authorizeHttpRequests(routes ->
            routes
                .requestMatchers("/api/**")
                .authenticated()
                .requestMatchers(OfrepRoutes.PATTERNS)
                .authenticated()
                .anyRequest()
                .permitAll())
        .oauth2ResourceServer(server ->
            server
                .bearerTokenResolver(new ApiKeys())
                .authenticationManagerResolver(request -> tokens)
                .authenticationEntryPoint(
                    (request, response, e) -> unauthorized(limits, request, response, e)))
        .exceptionHandling(handling ->
            handling.authenticationEntryPoint(
                (request, response, e) -> unauthorized(limits, request, response, e)))
        .addFilterAfter(limits, BearerTokenAuthenticationFilter.class)
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .csrf(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .headers(HttpConfiguration::headers)
        .build();
  }

  /** Spring adds nosniff, no framing and no-store, and HSTS where TLS is. */
  private static void headers(HeadersConfigurer<HttpSecurity> headers) {
    headers
        .contentSecurityPolicy(policy -> policy.policyDirectives(SecurityHeaders.CONTENT_POLICY))
        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER))
        .addHeaderWriter(new StaticHeadersWriter("Cross-Origin-Resource-Policy", "same-origin"));
  }

  private static void unauthorized(
      RateLimits limits,
      HttpServletRequest request,
      HttpServletResponse response,
      AuthenticationException e)
      throws IOException {
    if (!limits.admitsFailure(request, response)) {
      return;
    }
    TokenRefused refused = e instanceof TokenRefused known ? known : TokenRefused.unknown();
    Problem problem = refused.problem();
    if (problem.status() == 503) {
      response.setHeader(HttpHeaders.RETRY_AFTER, "1");
    } else {
      response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"trialog\"");
    }
    Answers.write(response, problem);
  }
}
