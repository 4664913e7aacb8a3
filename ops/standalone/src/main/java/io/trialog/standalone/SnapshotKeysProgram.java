package io.trialog.standalone;

import io.trialog.snapshots.KeyCeremony;
import io.trialog.snapshots.SnapshotKeyState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Lists, rotates and revokes the keys that sign snapshots, in the data folder of a platform that
 * may be running. Prints public keys only.
 */
@Command(
    name = "snapshot-keys",
    mixinStandardHelpOptions = true,
    description = "Lists, rotates and revokes the keys that sign snapshots.",
    sortOptions = false)
public final class SnapshotKeysProgram {
  private static final int UNAVAILABLE = 69;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "The data folder of the platform.")
  private Path data = Path.of("data");

  @Spec private @Nullable CommandSpec spec;

  private final Map<String, String> variables;
  private final Clock clock;

  /** What one command does; its answer is what it says last. */
  private interface Deed {
    String on(KeyCeremony keys) throws IOException;
  }

  SnapshotKeysProgram(Map<String, String> variables, Clock clock) {
    this.variables = variables;
    this.clock = clock;
  }

  /** Runs one command and ends the process with its code. */
  public static void main(String[] args) {
    SnapshotKeysProgram program = new SnapshotKeysProgram(System.getenv(), Clock.systemUTC());
    System.exit(new CommandLine(program).execute(args));
  }

  @Command(description = "Shows every key, the first one of an environment first.")
  int list(@Parameters(arity = "0..1", paramLabel = "ENVIRONMENT") @Nullable String environment) {
    return run(keys -> {
      List<String> asked = environment == null ? keys.environments() : List.of(environment);
      for (String each : asked) {
        for (SnapshotKeyState state : keys.list(each)) {
          out().println(line(state));
        }
      }
      return "";
    });
  }

  private static String line(SnapshotKeyState state) {
    return "%-9s %s%s%s"
        .formatted(
            state.state().name().toLowerCase(Locale.ROOT),
            state.key(),
            state.from() == null ? "" : " from " + state.from(),
            state.until() == null ? "" : " until " + state.until());
  }

  @Command(description = "Makes a key that follows the newest one, and says so in a signed note.")
  int rotate(
      @Parameters(paramLabel = "ENVIRONMENT") String environment,
      @Option(
              names = "--in",
              paramLabel = "DURATION",
              defaultValue = "PT0S",
              description =
                  "Until it begins to sign; for several nodes, the time that copying the folder"
                      + " takes (default: ${DEFAULT-VALUE}).")
          Duration wait,
      @Option(
              names = "--overlap",
              paramLabel = "DURATION",
              defaultValue = "P30D",
              description =
                  "How long the key before signs beside it after that (default: ${DEFAULT-VALUE}).")
          Duration overlap) {
    return run(keys -> "The newest key is now " + keys.rotate(environment, wait, overlap) + ".");
  }

  @Command(description = "Says that a key must not be trusted; the newest is replaced for it.")
  int revoke(
      @Parameters(paramLabel = "ENVIRONMENT") String environment,
      @Parameters(paramLabel = "KEY-ID", description = "8 hexadecimal digits, as list shows them.")
          String keyId) {
    return run(keys ->
        "The key %s is revoked; the newest key is %s."
            .formatted(keyId, keys.revoke(environment, keyId)));
  }

  private int run(Deed deed) {
    Path folder = data.resolve("keys/snapshots");
    if (!Files.isDirectory(folder)) {
      return refused(folder + " is no folder of keys; is --data the folder of a platform?");
    }
    try {
      String said = deed.on(new KeyCeremony(folder, variables, clock));
      if (!said.isEmpty()) {
        out().println(said);
      }
      return 0;
    } catch (IllegalStateException | IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    } catch (IOException | UncheckedIOException e) {
      return refused("The keys cannot be read or written: " + e);
    }
  }

  private int refused(String why) {
    line().getErr().println(why);
    return UNAVAILABLE;
  }

  private PrintWriter out() {
    return line().getOut();
  }

  private CommandLine line() {
    if (spec == null) {
      throw new IllegalStateException("picocli sets it");
    }
    return spec.commandLine();
  }
}
