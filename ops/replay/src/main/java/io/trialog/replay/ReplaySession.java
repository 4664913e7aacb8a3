package io.trialog.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * One run: survey the file, prepare the platform, send the rows, wait until the platform has folded
 * them, report. Blocks its thread; an interrupt of that thread ends the run with the progress kept.
 */
final class ReplaySession {

  /** How long the platform may fold nothing new before the wait is given up. */
  static final Duration FOLDING_PATIENCE = Duration.ofMinutes(2);

  private static final Duration FOLDING_POLL = Duration.ofMillis(500);

  private final Plan plan;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final Display display;
  private final Waits waits;

  ReplaySession(
      Plan plan, Map<String, String> environment, PrintStream out, Display display, Waits waits) {
    this.plan = plan;
    this.environment = Map.copyOf(environment);
    this.out = out;
    this.display = display;
    this.waits = waits;
  }

  /**
   * @return the exit code: 0, or 1 when a row was rejected
   */
  int run() throws ReplayFailure, InterruptedException {
    display.note("reading %s".formatted(plan.file()));
    Survey survey = Survey.of(plan.file(), plan.columns());
    tell(survey);
    Arms arms = Arms.of(survey.arms(), plan.control(), plan.shares());
    try (Platform platform = new Platform(plan.url(), token(), waits, display)) {
      Report report = replay(platform, survey, arms);
      print(report);
      return report.rejected() == 0 ? Replay.EXIT_OK : Replay.EXIT_FAILED;
    }
  }

  private Report replay(Platform platform, Survey survey, Arms arms)
      throws ReplayFailure, InterruptedException {
    boolean created = new Setup(platform, plan, survey, arms, waits).prepare();
    ProgressFile file = ProgressFile.of(plan, survey.sha256(), environment);
    Progress begun = begin(file, survey, created);
    long known = created ? 0 : results(platform, "").duplicateExposures();
    Progress sent = send(platform, file, begun, survey, arms);
    Results results = awaitFolded(platform, sent.receipt());
    file.write(sent.completed());
    long rejected = sent.rejected() + survey.badRows();
    return new Report(
        plan.target(),
        arms,
        survey.rows(),
        survey.rows() - rejected,
        Math.max(0, results.duplicateExposures() - known),
        rejected,
        results,
        breakdowns(platform));
  }

  private Progress begin(ProgressFile file, Survey survey, boolean created) throws ReplayFailure {
    String fingerprint = plan.fingerprint(survey.sha256());
    Progress left = file.read(fingerprint);
    boolean anew = plan.restart() || created || left.complete() || left.rows() > survey.rows();
    Progress begun = anew ? Progress.none(fingerprint) : left;
    file.write(begun);
    if (begun.rows() > 0) {
      display.note(
          "continuing after %,d of %,d rows (--restart begins anew)"
              .formatted(begun.rows(), survey.rows()));
    }
    return begun;
  }

  private Progress send(
      Platform platform, ProgressFile file, Progress begun, Survey survey, Arms arms)
      throws ReplayFailure, InterruptedException {
    display.startAt(begun.rows());
    try (Courier courier =
        new Courier(platform, plan, file, begun, survey.rows(), display, waits)) {
      Packer packer = new Packer(courier, survey.repeatedRows(), arms, begun.rows());
      String sha256 = new CsvFile(plan.file(), plan.columns()).pass(packer);
      packer.submitRest();
      courier.finish();
      if (!sha256.equals(survey.sha256())) {
        throw ReplayFailure.failed("%s changed while it was replayed".formatted(plan.file()));
      }
      return courier.progress();
    } catch (ReplayFailure e) {
      display.note(howToResume(file));
      throw e;
    } catch (InterruptedException e) {
      display.note("interrupted; " + howToResume(file));
      throw e;
    }
  }

  private static String howToResume(ProgressFile file) {
    return "the progress is kept in %s; the same command continues after it".formatted(file.path());
  }

  /** Gathers rows into batches, in the order of the file. */
  private final class Packer implements CsvFile.Visitor {

    private final Courier courier;
    private final RepeatedRows repeatedRows;
    private final Arms arms;
    private final long skipped;
    private final List<String> segmentNames;
    private final List<Batch.Event> events = new ArrayList<>();
    private long firstRow;
    private long row;
    private int bytes;

    Packer(Courier courier, RepeatedRows repeatedRows, Arms arms, long skipped)
        throws ReplayFailure {
      this.courier = courier;
      this.repeatedRows = repeatedRows;
      this.arms = arms;
      this.skipped = skipped;
      firstRow = skipped;
      segmentNames = plan.columns().segmentNames();
    }

    /** Skipped rows are counted among their like too, so that ids do not depend on resumption. */
    @Override
    public void row(Row next) throws ReplayFailure, InterruptedException {
      switch (next) {
        case Row.Bad _ -> row++;
        case Row.Visit visit -> pack(visit, repeatedRows.ordinal(visit.digest()));
      }
      if (row - firstRow >= plan.batchRows() || bytes >= Batch.MOST_BYTES) {
        submitRest();
      }
    }

    private void pack(Row.Visit visit, int ordinal) throws ReplayFailure, InterruptedException {
      if (row >= skipped) {
        Batch.Event event = event(visit, ordinal);
        if (bytes + event.estimatedBytes() > Batch.MOST_BYTES) {
          submitRest();
        }
        bytes += event.estimatedBytes();
        events.add(event);
      }
      row++;
    }

    void submitRest() throws ReplayFailure, InterruptedException {
      if (row > firstRow) {
        courier.submit(new Batch(firstRow, row, events));
        events.clear();
        firstRow = row;
        bytes = 0;
      }
    }

    private Batch.Event event(Row.Visit visit, int ordinal) {
      Plan.Target target = plan.target();
      String subject = EventIds.hashedSubject(target.environment(), target.unit(), visit.subject());
      return new Batch.Event(
          visit.line(),
          EventIds.exposure(target.experiment(), visit.digest(), ordinal),
          EventIds.outcome(subject, target.metric(), visit.digest(), ordinal),
          subject,
          arms.keyOf(visit.variant()),
          visit.time(),
          segments(visit),
          visit.outcome());
    }

    private Map<String, String> segments(Row.Visit visit) {
      Map<String, String> segments = new LinkedHashMap<>();
      for (int i = 0; i < segmentNames.size(); i++) {
        if (!visit.segments().get(i).isEmpty()) {
          segments.put(segmentNames.get(i), visit.segments().get(i));
        }
      }
      return segments;
    }
  }

  private Results awaitFolded(Platform platform, SortedMap<String, Long> receipt)
      throws ReplayFailure, InterruptedException {
    Results results = results(platform, "");
    Instant moved = waits.now();
    while (!results.contain(receipt)) {
      if (Duration.between(moved, waits.now()).compareTo(FOLDING_PATIENCE) > 0) {
        throw ReplayFailure.failed(
            "everything is sent, but for %d s the platform folded nothing more: it has %s of %s; the same command waits again"
                .formatted(FOLDING_PATIENCE.toSeconds(), results.folded(), receipt));
      }
      display.foldingProgress(results.folded(), receipt);
      waits.pause(FOLDING_POLL);
      Results next = results(platform, "");
      moved = next.folded().equals(results.folded()) ? moved : waits.now();
      results = next;
    }
    display.clearBar();
    return results;
  }

  private List<Results> breakdowns(Platform platform) throws ReplayFailure, InterruptedException {
    List<Results> breakdowns = new ArrayList<>();
    for (String segment : plan.json() ? List.<String>of() : plan.columns().segmentNames()) {
      breakdowns.add(results(platform, "?segment=" + Platform.encoded(segment)));
    }
    return breakdowns;
  }

  /** A query side that does not know the experiment yet has folded nothing of it. */
  private Results results(Platform platform, String query)
      throws ReplayFailure, InterruptedException {
    String path = "/api/v1/experiments/" + plan.target().experiment() + "/results" + query;
    Platform.Answer answer = platform.get(path);
    if (!answer.ok() && answer.status() != 404) {
      throw ReplayFailure.failed("the results cannot be read: " + answer.problem());
    }
    return Results.of(answer.body(), plan.target().metric());
  }

  private String token() throws ReplayFailure {
    try {
      String token = Files.readString(plan.tokenFile(), UTF_8).strip();
      if (!token.matches("[!-~]{1,500}")) {
        throw ReplayFailure.failed("%s does not hold a token".formatted(plan.tokenFile()));
      }
      return token;
    } catch (IOException e) {
      throw ReplayFailure.failed("cannot read the token (%s); see --token-file".formatted(e));
    }
  }

  private void tell(Survey survey) {
    for (Row.Bad bad : survey.firstBad()) {
      display.note("line %d: left out, %s".formatted(bad.line(), bad.reason()));
    }
    if (survey.badRows() > survey.firstBad().size()) {
      display.note("%,d rows in all are left out".formatted(survey.badRows()));
    }
    if (survey.roundedOutcomes() > 0) {
      display.note(
          "%,d outcomes have more than 6 decimals and are rounded half to even"
              .formatted(survey.roundedOutcomes()));
    }
    if (survey.backwards() > 0) {
      display.note(
          "%,d rows are earlier than the row before; a file in order of time has fewer late events"
              .formatted(survey.backwards()));
    }
  }

  private void print(Report report) {
    display.clearBar();
    if (plan.json()) {
      out.println(report.json());
      out.flush();
    } else {
      report.print(out);
    }
  }
}
