package io.trialog.snapshots;

import io.trialog.language.AccessEvent.AccessDenied;
import io.trialog.language.AccessEvent.CommandRefused;
import io.trialog.language.AccessEvent.ConfigurationRecorded;
import io.trialog.language.AccessEvent.PlatformPolicyChanged;
import io.trialog.language.AccessEvent.PlatformPolicyProposed;
import io.trialog.language.AccessEvent.RoleGranted;
import io.trialog.language.AccessEvent.RoleProposed;
import io.trialog.language.AccessEvent.RoleWithdrawn;
import io.trialog.language.AccessEvent.TokenIssued;
import io.trialog.language.AccessEvent.TokenProposed;
import io.trialog.language.AccessEvent.TokenRevoked;
import io.trialog.language.Actor;
import io.trialog.language.AuditEvent.AuditExported;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.Design;
import io.trialog.language.EnvironmentEvent;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
import io.trialog.language.FlagEvent;
import io.trialog.language.Grant;
import io.trialog.language.GuardrailState;
import io.trialog.language.HoldoutEvent;
import io.trialog.language.KillEvidence;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.NamespaceEvent.ApprovalPolicyProposed;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.RampPlan;
import io.trialog.language.Role;
import io.trialog.language.SlotRange;
import io.trialog.language.Streams;
import io.trialog.language.Tally;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.StoredEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes events into a log, a second apart, as the actor who speaks. Nothing random by itself. */
public final class Story {
  /** Time of the first event. */
  public static final Instant BEGIN = Instant.parse("2026-11-22T07:00:00.123456Z");

  private final FakeEventLog log;
  private Instant time = BEGIN;
  private Actor actor = Actor.human("ada");
  private @Nullable String reason = "as planned";

  public Story(FakeEventLog log) {
    this.log = log;
  }

  /** Who does what follows, and why. */
  public Story as(Actor next, @Nullable String because) {
    actor = next;
    reason = because;
    return this;
  }

  /** Who does what follows, and why. */
  public Story as(String human, @Nullable String because) {
    return as(Actor.human(human), because);
  }

  /** When the next event happens. */
  public Story at(Instant next) {
    time = next;
    return this;
  }

  /** Appends a fact; the next one comes a second later. */
  public StoredEvent say(TrialogEvent event) {
    EventMetadata metadata =
        new EventMetadata(
            actor, reason, "correlation-1", "causation-1", null, environmentOf(event));
    StoredEvent stored = log.append(streamOf(event), time, metadata, event);
    time = time.plus(Duration.ofSeconds(1));
    return stored;
  }

  private static @Nullable String environmentOf(TrialogEvent event) {
    return event instanceof ExperimentEvent ? "production" : null;
  }

  private static String streamOf(TrialogEvent event) {
    return switch (event) {
      case NamespaceCreated e -> Streams.namespace(e.namespace());
      case ApprovalPolicyProposed e -> Streams.namespace(e.namespace());
      case ApprovalPolicySet e -> Streams.namespace(e.namespace());
      case GuardrailPolicySet e -> Streams.namespace(e.namespace());
      case EnvironmentEvent e -> Streams.environment(e.environment());
      case ExclusionSetEvent e -> Streams.exclusionSet(e.set());
      case HoldoutEvent e -> Streams.holdout(e.holdout());
      case FlagEvent e -> Streams.flag(e.flag());
      case MetricDefined e -> Streams.metric(e.definition().metric());
      case ExperimentEvent e -> Streams.experiment(e.experiment());
      case TokenIssued e -> Streams.token(e.token());
      case TokenProposed e -> Streams.token(e.token());
      case TokenRevoked e -> Streams.token(e.token());
      case RoleProposed e -> Streams.member(e.holder());
      case RoleGranted e -> Streams.member(e.holder());
      case RoleWithdrawn e -> Streams.member(e.holder());
      case PlatformPolicyProposed e -> Streams.configuration(Streams.PLATFORM);
      case PlatformPolicyChanged e -> Streams.configuration(Streams.PLATFORM);
      case ConfigurationRecorded e -> Streams.configuration(e.node());
      case AccessDenied e -> Streams.denials(e.actor());
      case CommandRefused e -> Streams.denials(e.actor());
      case AuditExported e -> Streams.export(e.export());
    };
  }

  /** Every type of event at least once: one experiment concluded, one killed by a guardrail. */
  public Story everything() {
    as("ada", "set up").say(new NamespaceCreated("acme/rides", "Rides of Acme"));
    say(metric("orders"));
    say(new TokenIssued("t1", "ben", List.of(new Grant(Role.APPROVER, "*")), "00ff", null));
    as("ada", "first idea")
        .say(new ExperimentDrafted("checkout-button", design("checkout-button")));
    as("cy", "typo").say(new ExperimentRevised("checkout-button", retitled("checkout-button")));
    as("ada", null).say(new ExperimentSubmitted("checkout-button", "ab12", null));
    as("ben", "looks safe").say(new ExperimentApproved("checkout-button", "ab12", null));
    as("ada", "go")
        .say(new ExperimentStarted("checkout-button", 50_000, 0, slots(50_000), null, null));
    say(
        new ExperimentRamped(
            "checkout-button", 50_000, 500_000, 0, slots(500_000), null, null, null));
    as("ben", "odd numbers").say(new ExperimentPaused("checkout-button"));
    as("ben", "explained").say(new ExperimentResumed("checkout-button", null));
    as("mallory", null).say(new AccessDenied("mallory", "kill", "acme/rides"));
    say(new TokenRevoked("t1"));
    as("ada", "won").say(new ExperimentConcluded("checkout-button", "green", null));
    as("ada", "next").say(new ExperimentDrafted("surge_price", design("surge_price")));
    say(new ExperimentStarted("surge_price", 1_000_000, 0, slots(1_000_000), null, null));
    as(Actor.automation("when-guardrail-breached-then-kill"), "orders fell")
        .say(new ExperimentKilled("surge_price", evidence(), null));
    as("eve", "SOC 2 yearly").say(new AuditExported("e1", "SOC 2 yearly"));
    return this;
  }

  /** Every fact about access that {@link #everything()} does not have; none is of an experiment. */
  public Story access() {
    Grant auditor = new Grant(Role.AUDITOR, "*");
    PlatformPolicy strict = new PlatformPolicy(true, true);
    as("ada", "two of us now");
    say(new PlatformPolicyChanged(PlatformPolicy.FIRST, strict));
    say(new PlatformPolicyProposed(PlatformPolicy.FIRST));
    say(new TokenProposed("t2", "cy", List.of(auditor), "00ff", null));
    say(new RoleProposed("cy", auditor));
    say(new RoleGranted("cy", auditor));
    say(new RoleWithdrawn("cy", auditor));
    say(new CommandRefused("ada", "ApproveToken", null, "token/t2", "nothing_proposed"));
    say(new ConfigurationRecorded("node", new TreeMap<>(), new TreeMap<>()));
    return this;
  }

  /** Valid lives of up to eight experiments, by a seed. */
  public Story random(long seed, int events) {
    Random random = new Random(seed);
    String[] status = new String[8];
    int[] traffic = new int[8];
    for (int i = 0; i < events; i++) {
      as("person-" + random.nextInt(4), random.nextBoolean() ? "reason " + i : null);
      at(time.plusMillis(random.nextInt(2_000)));
      int which = random.nextInt(10);
      if (which >= 8) {
        say(aside(random, i));
      } else {
        say(step(random, "x" + which, which, status, traffic));
      }
    }
    return this;
  }

  /** Every fact about an experiment that {@link #everything()} does not have. */
  public Story overseen() {
    String key = "dosage";
    Basis approved = new Basis("de", "cd34", false);
    Instant due = time.plus(Duration.ofDays(1));
    RampPlan plan =
        new RampPlan(List.of(new RampPlan.Step(400_000, 60, 0, true, false)), false, null);
    as("ada", "dose").say(new ExperimentDrafted(key, design(key)));
    say(new ExperimentEvent.ChangeProposed(key, "go", new Change.StartAt(50_000, false), "ef56"));
    say(new ExperimentEvent.ChangeWithdrawn(key, "go"));
    say(new ExperimentStarted(key, 50_000, 0, slots(50_000), Basis.BROKEN_GLASS, null));
    say(new ExperimentEvent.ReviewOpened(key, "r1", "start", due));
    say(new ExperimentEvent.ReviewOverdue(key, "r1", due));
    as("ben", "late").say(new ExperimentEvent.ReviewClosed(key, "r1", "It was right."));
    Targeting targeting =
        Targeting.Condition.onText("country", Targeting.Operator.IN, List.of("DE"));
    as("ada", "only here")
        .say(new ExperimentEvent.ChangeProposed(key, "de", new Change.Retarget(targeting), "cd34"));
    as("ben", "fine")
        .say(new ExperimentEvent.ChangeApproved(key, "de", "cd34", new Tally(1, 1, due)));
    as("ada", "only here")
        .say(
            new ExperimentEvent.ExperimentRetargeted(
                key, design(key).targeting(), targeting, approved));
    say(new ExperimentEvent.RampPlanned(key, plan, plan.progress(50_000, time), null));
    say(new ExperimentEvent.RampHeld(key, false));
    say(new ExperimentEvent.RampContinued(key));
    as(Actor.automation("guard"), null)
        .say(
            new ExperimentEvent.GuardrailStateRecorded(
                key,
                "orders",
                "green",
                GuardrailState.SAFE,
                900,
                910,
                "v1",
                new BigDecimal("0.01")));
    List<Design.Variant> variants =
        List.of(
            new Design.Variant("control", new BigDecimal("0.4"), null),
            new Design.Variant("green", new BigDecimal("0.6"), null));
    as("ada", "more")
        .say(
            new ExperimentEvent.ExperimentReallocated(
                key, design(key).variants(), variants, 1, slots(50_000), 50, null));
    say(new ExperimentKilled(key, null, null));
    say(
        new ExperimentEvent.ExperimentRevived(
            key, 50_000, 10_000, 1, slots(10_000), new Basis("again", "ab", false)));
    say(new ExperimentConcluded(key, "control", null));
    say(new ExperimentEvent.ExperimentArchived(key));
    return this;
  }

  private static TrialogEvent aside(Random random, int i) {
    return switch (random.nextInt(4)) {
      case 0 -> new NamespaceCreated("acme/team-" + i, "Team " + i);
      case 1 -> metric("metric-" + i);
      case 2 -> new TokenIssued("t" + i, "holder", List.of(), "00", null);
      default -> new AccessDenied("mallory", "ramp", "*");
    };
  }

  private static TrialogEvent step(
      Random random, String key, int which, @Nullable String[] status, int[] traffic) {
    String now = status[which] == null ? "none" : status[which];
    int choice = random.nextInt(6);
    switch (now) {
      case "none" -> {
        status[which] = "draft";
        return new ExperimentDrafted(key, design(key));
      }
      case "draft" -> {
        if (choice == 0) {
          return new ExperimentRevised(key, retitled(key));
        }
        status[which] = "review";
        return new ExperimentSubmitted(key, "digest-" + choice, null);
      }
      case "review" -> {
        status[which] = "approved";
        return new ExperimentApproved(key, "digest", null);
      }
      case "approved" -> {
        if (choice == 0) {
          status[which] = "draft";
          return new ExperimentRevised(key, design(key));
        }
        status[which] = "running";
        traffic[which] = random.nextInt(100_000);
        return new ExperimentStarted(key, traffic[which], 0, slots(traffic[which]), null, null);
      }
      case "running" -> {
        int from = traffic[which];
        traffic[which] = from + random.nextInt(1_000_001 - from);
        return switch (choice) {
          case 0 -> moved(status, which, "killed", new ExperimentKilled(key, null, null));
          case 1 -> moved(status, which, "ended", new ExperimentConcluded(key, "green", null));
          case 2 -> moved(status, which, "paused", new ExperimentPaused(key));
          default ->
              new ExperimentRamped(
                  key, from, traffic[which], 0, slots(traffic[which]), null, null, null);
        };
      }
      case "paused" -> {
        return moved(status, which, "running", new ExperimentResumed(key, null));
      }
      default -> {
        return new AuditExported(key, "look at " + key);
      }
    }
  }

  private static TrialogEvent moved(
      @Nullable String[] status, int which, String next, TrialogEvent event) {
    status[which] = next;
    return event;
  }

  /** The first shares of both variants' halves. */
  public static List<SlotRange> slots(int trafficPpm) {
    int slots = (int) (5_000L * trafficPpm / 1_000_000);
    return List.of(
        new SlotRange("control", 0, slots), new SlotRange("green", 5_000, 5_000 + slots));
  }

  /** A metric of Acme. */
  public static MetricDefined metric(String key) {
    return new MetricDefined(
        new MetricDefinition(
            key,
            "acme/rides",
            "Orders of a subject",
            MetricDefinition.Kind.MEAN,
            MetricDefinition.Direction.HIGHER_IS_BETTER,
            new BigDecimal("500"),
            null,
            null,
            null));
  }

  /** Two halves, not for Germany. */
  public static Design design(String key) {
    return design(key, "Green " + key, "production", false);
  }

  /** The same with another title. */
  public static Design retitled(String key) {
    return design(key, "Greener " + key, "production", false);
  }

  /** Two halves, not for Germany. */
  public static Design design(String key, String title, String environment, boolean elsewhere) {
    return new Design(
        key,
        "acme/rides",
        environment,
        title,
        "Green sells more rides.",
        "user_id",
        "device_id",
        "checkout",
        "control",
        List.of(
            new Design.Variant("control", new BigDecimal("0.5"), null),
            new Design.Variant("green", new BigDecimal("0.5"), "{\"color\":\"green\"}")),
        new Targeting.All(
            List.of(
                Targeting.Condition.onText("country", Targeting.Operator.NOT_IN, List.of("DE")))),
        List.of(),
        List.of(),
        "orders",
        List.of(),
        List.of(new Design.GuardrailRule("orders", new BigDecimal("0.01"), false)),
        100_000,
        elsewhere,
        false);
  }

  /** What a guardrail saw. */
  public static KillEvidence evidence() {
    KillEvidence.ArmSums sums =
        new KillEvidence.ArmSums(
            100, 17, new BigDecimal("17"), new BigDecimal("17"), new BigDecimal("17"));
    return new KillEvidence(
        "verdict-1",
        "guardrail/1",
        "normal_mixture",
        "orders",
        "mean",
        "higher_is_better",
        "green",
        "control",
        sums,
        sums,
        new BigDecimal("0.5"),
        new BigDecimal("0.5"),
        new BigDecimal("0"),
        new BigDecimal("0.01"),
        new BigDecimal("0.005"),
        new BigDecimal("4.2"),
        new BigDecimal("1234.5"),
        new BigDecimal("99999.75"),
        new BigDecimal("6.1"),
        new BigDecimal("5.3"),
        new BigDecimal("-0.2"),
        false,
        BEGIN);
  }
}
