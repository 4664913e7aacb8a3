package io.trialog.standalone;

import io.trialog.projections.PartSource;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Both sides with their web server; everything but Kafka and what reads from it. */
final class Application {
  private Application() {}

  /** Answers once HTTP is served. */
  static ConfigurableApplicationContext start(Options options, Path folder, PartSource parts) {
    return new SpringApplicationBuilder(StandaloneConfiguration.class)
        .initializers(context -> {
          context.getBeanFactory().registerSingleton("ownParts", parts);
          context.getBeanFactory().registerSingleton("eventStoreChoice", options.eventStore());
          context.getBeanFactory().registerSingleton("publisherSettings", options.publishing());
        })
        .web(WebApplicationType.SERVLET)
        .registerShutdownHook(false)
        .logStartupInfo(false)
        .properties(
            Map.ofEntries(
                Map.entry("server.address", options.host()),
                Map.entry("server.port", options.port()),
                Map.entry("server.shutdown", "graceful"),
                Map.entry("spring.lifecycle.timeout-per-shutdown-phase", "5s"),
                // A refused body is read to its end, so that its sender sees the answer.
                Map.entry("server.tomcat.max-swallow-size", "-1"),
                // Ends the stream of a client that takes nothing any more.
                Map.entry("server.tomcat.connection-timeout", "20s"),
                // By default every hundredth answer ends its connection, which proxies keep open.
                Map.entry("server.tomcat.max-keep-alive-requests", "10000"),
                // A read that waits for a position holds its thread; such threads are cheap.
                Map.entry("spring.threads.virtual.enabled", "true"),
                Map.entry("spring.main.banner-mode", "off"),
                Map.entry("spring.jmx.enabled", "false"),
                Map.entry("spring.mvc.formcontent.filter.enabled", "false"),
                Map.entry("trialog.data", folder.toString())))
        .properties(options.safety().properties())
        .run();
  }
}
