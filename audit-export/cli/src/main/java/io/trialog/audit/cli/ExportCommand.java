package io.trialog.audit.cli;

import io.trialog.audit.proof.MalformedException;
import io.trialog.audit.proof.Policy;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a server for a bundle and unpacks it into a folder; writes nothing outside of it. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Fetch the audit log as a bundle and unpack it into DIR.",
      "The export is itself an event in the log, with your name and purpose.",
      ""
    })
final class ExportCommand implements Callable<Integer> {

  @Option(
      names = "--url",
      required = true,
      paramLabel = "URL",
      description = "where the installation answers, such as https://trialog.example")
  private URI url = URI.create("");

  @Option(
      names = "--token-file",
      required = true,
      paramLabel = "FILE",
      description = "file with an access token whose holder has the role auditor or admin")
  private Path tokenFile = Path.of("");

  @Option(
      names = "--size",
      paramLabel = "N",
      description = "the log as it was with N events, for which a checkpoint exists; default: all")
  private @Nullable Long size;

  @Option(
      names = "--purpose",
      paramLabel = "TEXT",
      defaultValue = "export by trialog-audit",
      description = "why; it is recorded. Default: ${DEFAULT-VALUE}")
  private String purpose = "";

  @Option(
      names = "--write-policy",
      paramLabel = "FILE",
      description = "write a new policy file from the keys the server states now, on first use")
  private @Nullable Path newPolicy;

  @Option(
      names = "--force",
      description = "unpack into a folder that is not empty; files of the same name are replaced")
  private boolean force;

  @Parameters(paramLabel = "DIR", description = "where to unpack, a new or empty folder")
  private Path folder = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireFreeFolder();
    if (newPolicy != null) {
      requireNewPolicyFile(newPolicy);
    }
    if (size != null && size < 0) {
      throw Failure.usage("--size is 0 or more, not " + size);
    }
    PrintWriter err = spec.commandLine().getErr();
    try (AuditServer server = AuditServer.at(url, readToken())) {
      if (newPolicy != null) {
        writePolicy(server, newPolicy, err);
      }
      AuditServer.Export export =
          server.order(purpose, size == null ? OptionalLong.empty() : OptionalLong.of(size));
      err.println("fetching the log with " + export.size() + " events");
      fetch(server, export, err);
      report(export);
    }
    return 0;
  }

  private void requireFreeFolder() throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw Failure.usage(folder + " is not a folder");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      if (!force && entries.findAny().isPresent()) {
        throw Failure.usage(folder + " is not empty; choose a new folder, or --force");
      }
    }
  }

  private void requireNewPolicyFile(Path file) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw Failure.usage(file + " exists; a policy is trusted once and then kept");
    }
    if (file.toAbsolutePath().normalize().startsWith(folder.toAbsolutePath().normalize())) {
      throw Failure.usage("keep the policy outside of " + folder + ", apart from the bundle");
    }
  }

  private String readToken() {
    try {
      String token = Files.readString(tokenFile).strip();
      if (!token.matches("[!-~]{1,1024}")) {
        throw Failure.usage(tokenFile + " does not hold one access token");
      }
      return token;
    } catch (IOException e) {
      throw Failure.usage("cannot read the token file " + tokenFile);
    }
  }

  private void writePolicy(AuditServer server, Path file, PrintWriter err)
      throws IOException, InterruptedException {
    AuditServer.Keys keys = server.keys();
    String text =
        Policy.textFor(
            List.of(
                "Trusted on first use: fetched from " + url,
                "at " + Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS) + ".",
                "Compare both keys with its operator over another channel."),
            keys.log(),
            keys.export());
    Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
    err.println("TRUST ON FIRST USE: wrote " + file + " with the keys this server states:");
    err.println("  " + keys.log().vkey());
    err.println("  " + keys.export().vkey());
    err.println("Compare them with the operator over another channel, and keep the file.");
  }

  private void fetch(AuditServer server, AuditServer.Export export, PrintWriter err)
      throws InterruptedException {
    try (InputStream zip = server.bundle(export.size())) {
      Files.createDirectories(folder);
      BundleUnpacker unpacker = new BundleUnpacker(folder, force, err);
      unpacker.unpack(zip);
      err.println(unpacker.summary());
    } catch (IOException | MalformedException e) {
      throw Failure.failed(
          "the bundle did not arrive whole (" + e.getMessage() + "); " + folder + " is of no use");
    }
  }

  private void report(AuditServer.Export export) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "Export " + export.id() + " with " + export.size() + " events is in " + folder + ".");
    String policy = newPolicy == null ? "POLICY" : newPolicy.toString();
    out.println("Next: trialog-audit verify --policy " + policy + " " + folder);
  }
}
