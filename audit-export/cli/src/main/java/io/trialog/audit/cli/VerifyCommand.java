package io.trialog.audit.cli;

import io.trialog.audit.proof.BundleVerifier;
import io.trialog.audit.proof.Finding;
import io.trialog.audit.proof.Hash;
import io.trialog.audit.proof.Json;
import io.trialog.audit.proof.MalformedException;
import io.trialog.audit.proof.Policy;
import io.trialog.audit.proof.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Offline check of an unpacked bundle against the auditor's own policy. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Verify an unpacked bundle offline: signatures, every event, every file.",
      "Keys come from the policy file you keep, never from the bundle.",
      ""
    },
    footer = {
      "",
      "A lone bundle cannot show that the log was rolled back, or rewritten by whoever holds its",
      "key. Keep the checkpoint of each bundle and give it as --previous the next time, or ask for",
      "witnesses in the policy."
    })
final class VerifyCommand implements Callable<Integer> {

  private static final int MAX_FILE_BYTES = 1 << 20;

  @Option(
      names = "--policy",
      required = true,
      paramLabel = "FILE",
      description = "whom you trust: log, witness, group and quorum lines (C2SP tlog-policy)")
  private Path policyFile = Path.of("");

  @Option(
      names = "--previous",
      paramLabel = "CHECKPOINT",
      description = "checkpoint kept from an earlier bundle, which this one must continue")
  private @Nullable Path previous;

  @Option(names = "--json", description = "print the result as one line of JSON")
  private boolean json;

  @Parameters(paramLabel = "DIR", description = "the unpacked bundle")
  private Path bundle = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (!Files.isDirectory(bundle)) {
      throw Failure.usage("no such folder: " + bundle);
    }
    requireOwnFile(policyFile);
    Policy policy = readPolicy();
    Verification result = verify(policy);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new String(asJson(result).canonical(), StandardCharsets.UTF_8));
    } else {
      print(result, policy, out);
    }
    return result.verified() ? 0 : Failure.FAILED;
  }

  /** A policy or checkpoint out of the bundle would let the bundle vouch for itself. */
  private void requireOwnFile(Path file) {
    try {
      if (Files.exists(file) && file.toRealPath().startsWith(bundle.toRealPath())) {
        throw Failure.usage(file + " lies inside the bundle; use the copy you kept yourself");
      }
    } catch (IOException e) {
      throw Failure.usage("cannot read " + file + ": " + e.getMessage());
    }
  }

  private Policy readPolicy() {
    try {
      return Policy.parse(read(policyFile));
    } catch (MalformedException e) {
      throw Failure.usage("cannot use " + policyFile + ": " + e.rule());
    }
  }

  private static byte[] read(Path file) {
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_FILE_BYTES) {
        throw Failure.usage("no such file, or not one of at most 1 MiB: " + file);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw Failure.usage("cannot read " + file + ": " + e.getMessage());
    }
  }

  private Verification verify(Policy policy) {
    if (previous == null) {
      return BundleVerifier.verify(bundle, policy);
    }
    requireOwnFile(previous);
    try {
      return BundleVerifier.verify(bundle, policy, read(previous));
    } catch (MalformedException e) {
      throw Failure.usage("cannot use " + previous + ": " + e.rule());
    }
  }

  private void print(Verification result, Policy policy, PrintWriter out) {
    if (result.verified()) {
      printVerified(result, policy, out);
    } else {
      printFindings(result, out);
    }
  }

  private void printVerified(Verification result, Policy policy, PrintWriter out) {
    out.println("VERIFIED " + result.origin());
    out.println("  events     " + result.eventsRead() + ", each hashed, in order, none missing");
    out.println("  root       " + result.root().map(Hash::base64).orElse(""));
    out.println(
        "  signed by  "
            + policy.logKey(result.origin()).map(key -> key.keyIdHex()).orElse("")
            + " (log), "
            + policy.exportKey(result.origin()).map(key -> key.keyIdHex()).orElse("")
            + " (export)");
    out.println(
        "  witnessed  "
            + (result.witnessed() ? "yes, as the policy asks" : "no, the policy asks for none"));
    out.println(
        "  continues  "
            + result
                .continues()
                .map(size -> "the kept checkpoint of size " + size)
                .orElse("not checked; keep " + bundle.resolve("checkpoint") + " for --previous"));
  }

  private static void printFindings(Verification result, PrintWriter out) {
    out.println("NOT VERIFIED " + result.origin());
    result
        .firstBadEvent()
        .ifPresent(finding -> out.println("first bad event: " + finding.message()));
    for (Finding finding : result.findings()) {
      out.println("  " + finding.message());
    }
    if (result.findingsOmitted() > 0) {
      out.println("  and " + result.findingsOmitted() + " more");
    }
  }

  private static Json asJson(Verification result) {
    Map<String, Json> members = new TreeMap<>();
    members.put("verified", new Json.Bool(result.verified()));
    members.put("origin", new Json.Text(result.origin()));
    members.put("size", new Json.Int(result.size()));
    result.root().ifPresent(root -> members.put("root", new Json.Text(root.base64())));
    members.put("events_read", new Json.Int(result.eventsRead()));
    members.put("witnessed", new Json.Bool(result.witnessed()));
    result.continues().ifPresent(size -> members.put("continues", new Json.Int(size)));
    members.put(
        "findings", new Json.Items(result.findings().stream().map(VerifyCommand::asJson).toList()));
    members.put("findings_omitted", new Json.Int(result.findingsOmitted()));
    return Json.Members.of(members);
  }

  private static Json asJson(Finding finding) {
    Map<String, Json> members = new TreeMap<>();
    members.put("code", new Json.Text(finding.code().name()));
    members.put("file", new Json.Text(finding.file()));
    finding.event().ifPresent(event -> members.put("event", asJson(event)));
    members.put("expected", new Json.Text(finding.expected()));
    members.put("found", new Json.Text(finding.found()));
    members.put("message", new Json.Text(finding.message()));
    return Json.Members.of(members);
  }

  private static Json asJson(Finding.EventName event) {
    return Json.Members.of(
        Map.of(
            "index", new Json.Int(event.index()),
            "stream", new Json.Text(event.stream()),
            "event_id", new Json.Text(event.eventId())));
  }
}
