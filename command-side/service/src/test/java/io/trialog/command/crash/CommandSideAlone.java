package io.trialog.command.crash;

import io.trialog.command.Bootstrap;
import io.trialog.command.CommandConfiguration;
import io.trialog.command.LogSize;
import io.trialog.command.control.TrustedKeys;
import io.trialog.eventstore.EventStore;
import io.trialog.http.HttpConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A program: the command side over HTTP and nothing else, as a child that can be killed. */
public final class CommandSideAlone {
  static final String READY = "ready at port ";

  private CommandSideAlone() {}

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import({HttpConfiguration.class, CommandConfiguration.class})
  static class Wiring {
    /** Nobody keeps an audit log here. */
    @Bean
    LogSize logSize() {
      return position -> 0;
    }

    /** Nobody watches guardrails here. */
    @Bean
    TrustedKeys trustedKeys() {
      return environment -> Optional.empty();
    }
  }

  /** {@code ENGINE URL TOKEN_FILE} */
  public static void main(String[] arguments) throws IOException {
    EventStore store = Engine.valueOf(arguments[0]).open(arguments[1]);
    ServletWebServerApplicationContext context = run(store);
    Bootstrap bootstrap = context.getBean(Bootstrap.class);
    bootstrap.openEnvironments();
    bootstrap.issueAdminToken(Path.of(arguments[2]));
    System.out.println(READY + context.getWebServer().getPort());
  }

  /** On the store, which is closed with it, and a free port. */
  static ServletWebServerApplicationContext run(EventStore store) {
    return (ServletWebServerApplicationContext)
        new SpringApplicationBuilder(Wiring.class)
            .initializers(
                started -> started.getBeanFactory().registerSingleton("eventStore", store))
            .logStartupInfo(false)
            .properties(
                Map.of(
                    "server.address", "127.0.0.1",
                    "server.port", "0",
                    "spring.main.banner-mode", "off"))
            .run();
  }
}
