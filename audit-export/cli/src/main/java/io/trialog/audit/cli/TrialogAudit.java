package io.trialog.audit.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code trialog-audit export|verify}.
 *
 * <p>Exit codes: 0 done and, for verify, everything is in order; 1 it failed or is not in order; 2
 * asked wrongly.
 */
@Command(
    name = "trialog-audit",
    description = {
      "Fetch the audit log of a Trialog installation and verify it, trusting nobody.",
      ""
    },
    mixinStandardHelpOptions = true,
    version = "trialog-audit 0.1.0, bundle format experiment-audit-export/v1",
    subcommands = {ExportCommand.class, VerifyCommand.class},
    footer = {
      "",
      "A first look, trusting the server's keys this once:",
      "  trialog-audit export --url http://localhost:8080 --token-file token \\",
      "      --write-policy policy bundle",
      "  trialog-audit verify --policy policy bundle",
      "",
      "Exit codes: 0 in order, 1 failed or not in order, 2 wrong usage."
    })
public final class TrialogAudit implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Runs and ends the JVM with the exit code. */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    System.exit(run(out, err, arguments));
  }

  /** Runs and returns the exit code; writes nowhere but to the two streams and where told. */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new TrialogAudit());
    line.setOut(out);
    line.setErr(err);
    line.setParameterExceptionHandler((exception, given) -> {
      err.println("trialog-audit: " + exception.getMessage());
      err.println(
          "Try: " + exception.getCommandLine().getCommandSpec().qualifiedName() + " --help");
      return Failure.USAGE;
    });
    line.setExecutionExceptionHandler((exception, command, given) -> {
      err.println("trialog-audit: " + exception.getMessage());
      return exception instanceof Failure failure ? failure.exitCode() : Failure.FAILED;
    });
    return line.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: export or verify");
  }
}
