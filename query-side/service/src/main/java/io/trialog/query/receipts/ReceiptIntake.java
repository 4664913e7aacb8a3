package io.trialog.query.receipts;

import io.trialog.http.Access;
import io.trialog.http.Fields;
import io.trialog.http.Problem;
import io.trialog.http.ProblemException;
import io.trialog.http.StrictJson;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.projections.Projections;
import io.trialog.query.Parameters;
import io.trialog.receipts.ClientReceipt;
import io.trialog.receipts.ClientReceipt.Enforced;
import io.trialog.receipts.Receipts;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.SnapshotPublisher;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The way in for what SDKs acknowledge (protocol clause 11). Changes no experiment. */
@RestController
public class ReceiptIntake {
  private static final int BODY_LIMIT_BYTES = 16 * 1024;
  private static final int POSITION_LIMIT = 100;
  private static final Duration LONGEST_AGO = Duration.ofDays(30);
  private static final Pattern CLIENT =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern SDK = Pattern.compile("[a-z0-9._-]{1,31}/[0-9A-Za-z.+-]{1,32}");

  private final Projections projections;
  private final Receipts receipts;
  private final Access access;
  private final Clock clock;

  /** Takes the time of arrival from the clock. */
  public ReceiptIntake(Projections projections, Receipts receipts, Access access, Clock clock) {
    this.projections = projections;
    this.receipts = receipts;
    this.access = access;
    this.clock = clock;
  }

  /** 202: it is taken, and soon counted. */
  @PostMapping("/api/v1/receipts")
  ResponseEntity<Void> accept(HttpServletRequest request) {
    Instant arrived = clock.instant();
    access.requireAnywhere(request, Role.SDK);
    Parameters.of(request).done();
    ClientReceipt receipt =
        receipt(Fields.of(StrictJson.parse(StrictJson.body(request, BODY_LIMIT_BYTES))), arrived);
    requireKnown(receipt.environment());
    requirePast(receipt.enforced());
    if (!receipts.accept(receipt)) {
      throw new ProblemException(
          503, "receipts_unavailable", "Too many receipts wait to be counted; send it again.");
    }
    return ResponseEntity.accepted().build();
  }

  private static ClientReceipt receipt(Fields fields, Instant arrived) {
    ClientReceipt receipt =
        new ClientReceipt(
            matching(CLIENT, "client", fields.text("client"), "a UUID in lower case"),
            Keys.environment("environment", fields.text("environment")),
            matching(SDK, "sdk", fields.text("sdk"), "name/version, such as java/0.1.0"),
            enforced(fields, arrived),
            fields.bool("closing", false),
            arrived);
    fields.done();
    return receipt;
  }

  private static String matching(Pattern pattern, String field, String value, String expected) {
    if (!pattern.matcher(value).matches()) {
      throw new InvalidValue(field, "must be " + expected + "; found \"" + value + "\"");
    }
    return value;
  }

  private static List<Enforced> enforced(Fields fields, Instant arrived) {
    List<Enforced> all = fields.objects("enforced", each -> enforcedOne(each, arrived));
    if (all.isEmpty() || all.size() > POSITION_LIMIT) {
      throw new InvalidValue(
          "enforced", "must have 1 to %d elements; found %d".formatted(POSITION_LIMIT, all.size()));
    }
    for (int i = 1; i < all.size(); i++) {
      Enforced before = all.get(i - 1);
      if (all.get(i).position() <= before.position()) {
        throw new InvalidValue(
            "enforced[" + i + "].position", "must be above " + before.position());
      }
      if (all.get(i).since().isBefore(before.since())) {
        throw new InvalidValue(
            "enforced[" + i + "].ago_ms", "must not be longer than that of the position before");
      }
    }
    return all;
  }

  private static Enforced enforcedOne(Fields fields, Instant arrived) {
    long position = fields.integer("position");
    if (position < 0) {
      throw new InvalidValue(fields.path("position"), "must be 0 or more; found " + position);
    }
    long ago = fields.integer("ago_ms");
    if (ago < 0 || ago > LONGEST_AGO.toMillis()) {
      throw new InvalidValue(
          fields.path("ago_ms"),
          "must be within 0 and %d; found %d".formatted(LONGEST_AGO.toMillis(), ago));
    }
    return new Enforced(position, arrived.minusMillis(ago));
  }

  private void requireKnown(String environment) {
    Directory directory = projections.directory();
    if (!SnapshotPublisher.STANDING_ENVIRONMENTS.contains(environment)
        && !directory.environments().containsKey(environment)
        && !directory.environmentNames().contains(environment)) {
      throw new Refused(new Refusal.NotFound("environment", environment));
    }
  }

  /** The log itself is asked only about what is not folded here yet. */
  private void requirePast(List<Enforced> enforced) {
    long position = enforced.getLast().position();
    if (position <= projections.directory().position()) {
      return;
    }
    long head = projections.log().head();
    if (position > head) {
      String field = "enforced[" + (enforced.size() - 1) + "].position";
      throw new ProblemException(
          Problem.of(
                  422,
                  "position_unknown",
                  "%s is %d, and the log ends at %d.".formatted(field, position, head))
              .with("field", field));
    }
  }
}
