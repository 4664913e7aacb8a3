package io.trialog.standalone;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The program: everything in one JVM. */
@Command(
    name = "trialog",
    mixinStandardHelpOptions = true,
    version = "Trialog 0.1.0",
    description = "Runs all of Trialog in one JVM on one data folder, until Ctrl-C or SIGTERM.",
    sortOptions = false)
public final class Trialog implements Callable<Integer> {
  /** Something outside of us refuses: a port, a folder (sysexits: unavailable). */
  private static final int UNAVAILABLE = 69;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "Where everything is kept (default: ${DEFAULT-VALUE}).")
  private Path data = Path.of("data");

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "HTTP port, 0 for a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "H",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(
      names = "--demo",
      description = "Play simulated marketplace traffic, one experiment of it harmful.")
  private boolean demo;

  @Option(
      names = "--event-store",
      paramLabel = "KIND",
      defaultValue = "h2",
      description = "Where the log is kept: h2 (in --data), postgresql or eventstoredb.")
  private String eventStore = "h2";

  @Option(
      names = "--event-store-url",
      paramLabel = "URL",
      description = {
        "Of the server: jdbc:postgresql://HOST:PORT/DATABASE or esdb://HOST:PORT.",
        "User and password come from TRIALOG_EVENTSTORE_USER and TRIALOG_EVENTSTORE_PASSWORD."
      })
  private @Nullable String eventStoreUrl;

  @Option(
      names = "--event-store-password-file",
      paramLabel = "FILE",
      description = "Has the password, instead of TRIALOG_EVENTSTORE_PASSWORD.")
  private @Nullable Path eventStorePasswordFile;

  @Mixin private SafetyOptions safety = new SafetyOptions();
  @Mixin private PublishingOptions publishing = new PublishingOptions();

  private Trialog() {}

  /** Runs until the process is told to end. */
  public static void main(String[] args) {
    int code = new CommandLine(new Trialog()).execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      EventStoreChoice choice = EventStoreChoice.of(eventStore, eventStoreUrl, credentials());
      Options options =
          new Options(data, host, port, demo, choice, safety.safety(), publishing.settings());
      Platform platform = Platform.start(options, Trialog::say);
      platform.awaitEnd();
      return 0;
    } catch (StartRefused e) {
      say(e.getMessage());
      return UNAVAILABLE;
    } catch (IllegalArgumentException e) {
      say(String.valueOf(e.getMessage()));
      return CommandLine.ExitCode.USAGE;
    }
  }

  private EventStoreChoice.Credentials credentials() {
    return new EventStoreChoice.Credentials(
        System.getenv().getOrDefault("TRIALOG_EVENTSTORE_USER", ""),
        Passwords.of("the event store", eventStorePasswordFile, "TRIALOG_EVENTSTORE_PASSWORD"));
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
