package io.trialog.benchmarks;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** How a program of this room runs: what went wrong is one line, and a bad option exits with 2. */
public final class Program {
  private Program() {}

  /** Runs it and answers with its exit code; 1 when it threw. */
  public static int run(Callable<Integer> program, String... arguments) {
    return new CommandLine(program)
        .setExecutionExceptionHandler((failure, line, parsed) -> {
          line.getErr().printf("%s: %s%n", line.getCommandName(), said(failure));
          return 1;
        })
        .execute(arguments);
  }

  private static String said(Exception failure) {
    // Some of the JDK's, such as that of a missing file, say no more than a name.
    return failure instanceof IllegalStateException && failure.getMessage() != null
        ? failure.getMessage()
        : failure.toString();
  }

  /** Refuses a number that is out of range, as picocli refuses one that is none. */
  public static void require(CommandSpec spec, String option, int value, int from, int to) {
    if (value < from || value > to) {
      throw new ParameterException(
          spec.commandLine(),
          "%s must be within %,d and %,d; found %d".formatted(option, from, to, value));
    }
  }
}
