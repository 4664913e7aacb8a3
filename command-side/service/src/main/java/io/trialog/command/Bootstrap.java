package io.trialog.command;

import io.trialog.http.AccessTokens;
import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.Actor;
import io.trialog.language.EnvironmentCommand.CreateEnvironment;
import io.trialog.language.Grant;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import io.trialog.language.log.EventLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The admin token that whoever owns the data folder has. The file is written before the event: a
 * crash between the two leaves a token that opens nothing, and the next start of a platform that is
 * still empty writes another.
 */
public final class Bootstrap {
  private final CommandDesk desk;
  private final EventLog log;

  Bootstrap(CommandDesk desk, EventLog log) {
    this.desk = desk;
    this.log = log;
  }

  /**
   * Issues an admin token when the log is empty or the file is gone, and keeps it in the file, mode
   * 600. Answers with the token when it is new. An earlier token stays good until it is revoked.
   */
  public Optional<String> issueAdminToken(Path file) throws IOException {
    boolean first = log.head() == 0;
    if (!first && Files.exists(file)) {
      return Optional.empty();
    }
    AccessTokens.Fresh fresh = AccessTokens.create();
    write(file, fresh.bearer() + "\n");
    desk.execute(
        new IssueToken(
            fresh.id(),
            "admin",
            List.of(new Grant(Role.ADMIN, Grant.EVERYWHERE)),
            fresh.secretHash()),
        order(first ? "First start of an empty platform." : "The admin token's file was gone."));
    return Optional.of(fresh.bearer());
  }

  /** Opens {@code production} and {@code staging} where they are missing. */
  public void openEnvironments() {
    open("production", "Production");
    open("staging", "Staging");
  }

  /** Two platforms on one log may start at once; the slower one finds it done. */
  private void open(String environment, String title) {
    if (desk.exists(Streams.environment(environment))) {
      return;
    }
    try {
      desk.execute(
          new CreateEnvironment(environment, title), order("First start: there was none yet."));
    } catch (Refused e) {
      if (!(e.refusal() instanceof Refusal.AlreadyExists)) {
        throw e;
      }
    }
  }

  private static Order order(String reason) {
    return new Order(Actor.automation("bootstrap"), reason, "bootstrap", null, null, "", null);
  }

  private static void write(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, text, StandardCharsets.UTF_8);
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
