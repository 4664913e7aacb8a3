package io.trialog.query.receipts;

import io.trialog.http.Answers;
import io.trialog.language.Keys;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.projections.Projections;
import io.trialog.projections.Projections.View;
import io.trialog.query.Parameters;
import io.trialog.query.Readers;
import io.trialog.receipts.Fleet;
import io.trialog.receipts.Kill;
import io.trialog.receipts.Receipts;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Environment;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.Flag;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** How far kills have come, and who does not enforce them. */
@RestController
@RequestMapping("/api/v1")
public class ReceiptAnswers {
  private static final int KILL_LIMIT = 50;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final Projections projections;
  private final Receipts receipts;
  private final Readers readers;

  ReceiptAnswers(Projections projections, Receipts receipts, Readers readers) {
    this.projections = projections;
    this.receipts = receipts;
    this.readers = readers;
  }

  @GetMapping("/experiments/{experiment}/receipts")
  ResponseEntity<byte[]> experiment(@PathVariable String experiment, HttpServletRequest request) {
    readers.anywhere(request);
    Directory directory = directory(request);
    Experiment found = readers.experiment(request, directory, experiment);
    return Answers.ok(
        ReceiptJson.of("experiment", experiment)
            .add("environment", found.design().environment())
            .add("kills", kills(experiment))
            .add("position", directory.position())
            .build());
  }

  @GetMapping("/flags/{flag}/receipts")
  ResponseEntity<byte[]> flag(@PathVariable String flag, HttpServletRequest request) {
    readers.anywhere(request);
    Directory directory = directory(request);
    Flag found = directory.flags().get(Keys.key("flag", flag));
    if (found == null) {
      throw new Refused(new Refusal.NotFound("flag", flag));
    }
    readers.in(request, found.definition().namespace());
    return Answers.ok(
        ReceiptJson.of("flag", flag)
            .add("environment", found.definition().environment())
            .add("kills", kills(Kill.flag(flag)))
            .add("position", directory.position())
            .build());
  }

  /** The uses of its kill switch, and the clients that are there. */
  @GetMapping("/environments/{environment}/receipts")
  ResponseEntity<byte[]> environment(@PathVariable String environment, HttpServletRequest request) {
    readers.anywhere(request);
    Directory directory = directory(request);
    Environment found = directory.environments().get(Keys.environment("environment", environment));
    if (found == null) {
      throw new Refused(new Refusal.NotFound("environment", environment));
    }
    JsonArrayBuilder kills = kills(Kill.environment(environment));
    // After the kills, so that no client enforces one and is told to stand before it.
    Fleet fleet = receipts.fleet(environment, directory.position());
    JsonObjectBuilder body = ReceiptJson.of("environment", environment);
    ReceiptJson.fleet(body, fleet);
    return Answers.ok(body.add("kills", kills).add("position", directory.position()).build());
  }

  private Directory directory(HttpServletRequest request) {
    Directory directory = Parameters.of(request).directory(projections);
    projections.require(View.KILLS, directory.position(), LONGEST_WAIT);
    return directory;
  }

  private JsonArrayBuilder kills(String key) {
    return ReceiptJson.kills(projections.kills().of(key, KILL_LIMIT), receipts::enforcement);
  }
}
