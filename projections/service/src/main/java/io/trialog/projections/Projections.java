package io.trialog.projections;

import io.trialog.audit.log.AuditKeys;
import io.trialog.audit.log.BundleWriter;
import io.trialog.audit.log.Sequencer;
import io.trialog.audittrail.AsOf;
import io.trialog.audittrail.AuditTrail;
import io.trialog.audittrail.lucene.LuceneAuditTrail;
import io.trialog.guardrails.GuardrailKeys;
import io.trialog.http.ProblemException;
import io.trialog.language.log.EventLog;
import io.trialog.receipts.Kills;
import io.trialog.snapshots.Archive;
import io.trialog.snapshots.CurrentDirectory;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.History;
import io.trialog.snapshots.LogFollower;
import io.trialog.snapshots.SnapshotKeys;
import io.trialog.snapshots.SnapshotPublisher;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * What is made from the log alone, kept fresh. None of it needs Kafka. Any thread may read.
 *
 * <p>Two threads follow the log: one for what is served, one for the audit. So a slow disk under
 * the audit log delays no kill.
 */
public final class Projections implements PartSource, AutoCloseable {
  /**
   * Each batch costs writes to disk and a signature; who waits for a position ends the gathering.
   */
  private static final Duration AUDIT_GATHER = Duration.ofMillis(250);

  private final EventLog log;
  private final SnapshotKeys snapshotKeys;
  private final GuardrailKeys guardrailKeys;
  private final AuditKeys auditKeys;
  private final CurrentDirectory directory = new CurrentDirectory();
  private final SnapshotPublisher snapshots;
  private final Kills kills = new Kills(directory::directory);
  private final Sequencer sequencer;
  private final BundleWriter bundles;
  private final AuditLog auditLog;
  private final LuceneAuditTrail auditTrail;
  private final History history;
  private final LogFollower serving;
  private final LogFollower auditing;
  private final long headAtStart;

  /** What a reader may wait for. */
  public enum View {
    DIRECTORY,
    SNAPSHOTS,
    KILLS,
    AUDIT_LOG,
    AUDIT_TRAIL
  }

  private Projections(
      EventLog log, DataSource migrated, ProjectionsSettings settings, Clock clock) {
    this.log = log;
    this.headAtStart = log.head();
    this.snapshotKeys = SnapshotKeys.open(settings.snapshotKeys(), System.getenv(), clock);
    // So that whoever asks for the keys finds them, also while the snapshots are being made.
    SnapshotPublisher.STANDING_ENVIRONMENTS.forEach(snapshotKeys::signer);
    this.guardrailKeys = GuardrailKeys.open(settings.guardrailKeys(), System.getenv());
    this.auditKeys = AuditKeys.open(settings.auditKeys(), settings.origin());
    this.snapshots = new SnapshotPublisher(snapshotKeys, headAtStart);
    this.sequencer = Sequencer.open(migrated, auditKeys, clock);
    this.bundles = new BundleWriter(migrated, auditKeys);
    this.auditLog = new AuditLog(sequencer);
    this.auditTrail = LuceneAuditTrail.open(settings.auditIndex(), log);
    this.history = new History(log);
    this.serving = new LogFollower(log, List.of(directory, snapshots, kills));
    this.auditing =
        new LogFollower(
            log,
            List.of(auditLog, auditTrail),
            LogFollower.Settings.DEFAULT.gathering(AUDIT_GATHER));
  }

  /**
   * Opens all of them and begins to follow the log. Takes a while for a large log: the audit tree
   * is computed again and compared with what was signed.
   *
   * @param migrated with the tables of the audit log
   */
  static Projections open(
      EventLog log, DataSource migrated, ProjectionsSettings settings, Clock clock) {
    Projections projections = new Projections(log, migrated, settings, clock);
    projections.serving.start();
    projections.auditing.start();
    return projections;
  }

  /** The current state of everything. */
  public Directory directory() {
    return directory.directory();
  }

  /** The newest snapshots. */
  public SnapshotPublisher snapshots() {
    return snapshots;
  }

  /** The kills of the last weeks. */
  public Kills kills() {
    return kills;
  }

  /** The keys that sign snapshots. */
  public SnapshotKeys snapshotKeys() {
    return snapshotKeys;
  }

  /** The keys that sign what guardrails tell the command side. */
  public GuardrailKeys guardrailKeys() {
    return guardrailKeys;
  }

  /** The keys of the audit log. */
  public AuditKeys auditKeys() {
    return auditKeys;
  }

  /** All events, searchable. */
  public AuditTrail auditTrail() {
    return auditTrail;
  }

  /** What subjects got at an instant; reads the log itself, so it is never behind. */
  public AsOf asOf() {
    return new AsOf(history);
  }

  /** The state of everything at any past place. */
  public History history() {
    return history;
  }

  /** Signed snapshots of the past; reads the log itself, so it is never behind. */
  public Archive archive() {
    return new Archive(log, history, snapshotKeys);
  }

  /** Where the signed log stands. */
  public Sequencer.Head auditHead() {
    return sequencer.head();
  }

  /** Writes signed sizes of the log as bundles. */
  public BundleWriter bundles() {
    return bundles;
  }

  /** The log that all of this is made from. */
  public EventLog log() {
    return log;
  }

  /** Whether the directory has everything that was in the log when this process started. */
  public boolean hasCaughtUp() {
    return directory.position() >= headAtStart;
  }

  /** Waits until a view shows the event at this position; false when the time was over first. */
  public boolean await(View view, long position, Duration atMost) throws InterruptedException {
    return switch (view) {
      case DIRECTORY -> serving.awaitPosition(directory, position, atMost);
      case SNAPSHOTS -> serving.awaitPosition(snapshots, position, atMost);
      case KILLS -> serving.awaitPosition(kills, position, atMost);
      case AUDIT_LOG -> auditing.awaitPosition(auditLog, position, atMost);
      case AUDIT_TRAIL -> auditing.awaitPosition(auditTrail, position, atMost);
    };
  }

  /**
   * Leaves of the audit log once the event at this position is one of them; a checkpoint of that
   * size is signed.
   *
   * @throws ProblemException 503 {@code position_not_reached} when the time was over first
   */
  public long sizeAt(long position, Duration atMost) {
    require(View.AUDIT_LOG, position, atMost);
    return auditHead().size();
  }

  /**
   * Like {@link #await}, for a route.
   *
   * @throws ProblemException 503 {@code position_not_reached} when the time was over first
   */
  public void require(View view, long position, Duration atMost) {
    boolean reached = false;
    try {
      reached = await(view, position, atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!reached) {
      throw new ProblemException(
          503,
          "position_not_reached",
          "Position %d is not visible here yet, after a wait of %d ms."
              .formatted(position, atMost.toMillis()));
    }
  }

  @Override
  public Map<String, PartStatus> parts() {
    Map<String, PartStatus> parts = new TreeMap<>();
    for (LogFollower follower : List.of(serving, auditing)) {
      for (LogFollower.Status status : follower.status()) {
        parts.put(status.projection().replace('-', '_'), part(status, headAtStart));
      }
    }
    return parts;
  }

  static PartStatus part(LogFollower.Status status, long catchUpTo) {
    return switch (status.state()) {
      case CLOSED -> PartStatus.down("closed");
      case RETRYING ->
          PartStatus.down(
              "failure %d in a row behind position %d: %s"
                  .formatted(status.failures(), status.position(), status.lastError()));
      case RUNNING ->
          status.position() < catchUpTo
              ? PartStatus.starting("at position %d of %d".formatted(status.position(), catchUpTo))
              : PartStatus.UP;
    };
  }

  /** Ends streams of snapshots, then the followers, then what they write to. Waits up to 20 s. */
  @Override
  public void close() {
    snapshots.close();
    serving.close();
    auditing.close();
    auditTrail.close();
  }
}
