package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.eventstore.JdbcEventStore;
import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.AccessCommand.RevokeToken;
import io.trialog.language.Actor;
import io.trialog.language.ApprovalPolicy;
import io.trialog.language.Change;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand.ApproveChange;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.ProposeChange;
import io.trialog.language.ExperimentCommand.RecordGuardrailState;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.Grant;
import io.trialog.language.GuardrailState;
import io.trialog.language.NamespaceCommand.ApproveApprovalPolicy;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.NamespaceCommand.ProposeApprovalPolicy;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogCommand;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.wire.EventCodec;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;

/**
 * The command side in memory, with a clock to move, and people: Ada writes, Ben, Cyd and Dan
 * approve; each has a token of their own name.
 */
final class Bench implements AutoCloseable {
  static final String NAMESPACE = "acme/rides";
  static final String KEY = "checkout";

  final MovingClock clock = new MovingClock();
  final CommandSide side;

  private Bench() {
    String name = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    JdbcConnectionPool database = JdbcConnectionPool.create(name, "", "");
    side = CommandSide.on(JdbcEventStore.open(database, clock, database::dispose), (Clock) clock);
  }

  static Bench open() {
    Bench bench = new Bench();
    bench.order("ada", new CreateNamespace(NAMESPACE, "Rides"));
    bench.person("ada", Role.EXPERIMENTER);
    List.of("ben", "cyd", "dan").forEach(holder -> bench.person(holder, Role.APPROVER));
    return bench;
  }

  void person(String holder, Role role) {
    List<Grant> grants = List.of(new Grant(role, NAMESPACE));
    order("admin", new IssueToken(holder, holder, grants, "00ff"));
  }

  void loseRole(String holder) {
    order("admin", new RevokeToken(holder));
  }

  void policy(ApprovalPolicy policy) {
    order("root", new ProposeApprovalPolicy(NAMESPACE, policy));
    order("admin", new ApproveApprovalPolicy(NAMESPACE));
  }

  CommandDesk.Answer order(String actor, TrialogCommand command) {
    return order(actor, command, "test");
  }

  CommandDesk.Answer order(String actor, TrialogCommand command, @Nullable String reason) {
    return side.desk()
        .execute(
            command,
            new Order(
                Actor.human(actor), reason, "c", null, null, "d", null, "token:" + actor, null));
  }

  /** Why the order is refused; it must leave nothing in the stream it was for. */
  Refusal refused(String actor, TrialogCommand command) {
    return refused(actor, command, "test");
  }

  Refusal refused(String actor, TrialogCommand command, @Nullable String reason) {
    int before = side.log().stream(command.stream()).size();
    Refused refused = catchThrowableOfType(Refused.class, () -> order(actor, command, reason));
    assertThat(refused).as("refusal of %s", command).isNotNull();
    assertThat(side.log().stream(command.stream())).hasSize(before);
    return refused.refusal();
  }

  List<RecordedEvent> history(String experiment) {
    return side.log().stream(Streams.experiment(experiment)).stream()
        .map(EventCodec::decode)
        .toList();
  }

  List<ExperimentEvent> events() {
    return history(KEY).stream().map(each -> (ExperimentEvent) each.event()).toList();
  }

  ExperimentEvent last() {
    return events().getLast();
  }

  <E extends ExperimentEvent> E last(Class<E> type) {
    return events().stream()
        .filter(type::isInstance)
        .map(type::cast)
        .reduce((one, next) -> next)
        .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " in " + events()));
  }

  void submitted(Design design) {
    order("ada", new DraftExperiment(design));
    order("ada", new SubmitExperiment(design.experiment()));
  }

  void running(Design design, int trafficPpm) {
    submitted(design);
    order("ben", new ApproveExperiment(design.experiment(), null));
    order("ada", new StartExperiment(design.experiment(), trafficPpm));
  }

  /** Ada proposes a change, Ben approves it. */
  void approved(String proposal, Change change) {
    order("ada", new ProposeChange(KEY, proposal, change));
    order("ben", new ApproveChange(KEY, proposal, null));
  }

  void guardrail(GuardrailState state, long subjects, String verdict) {
    order(
        "guard",
        new RecordGuardrailState(
            KEY, "errors", "green", state, subjects, subjects, verdict, new BigDecimal("0.01")));
  }

  static Design design() {
    return design(KEY, false, false);
  }

  static Design regulated() {
    return design(KEY, true, false);
  }

  /** Guarded by errors, critically. */
  static Design guarded() {
    return design(KEY, false, true);
  }

  static Design design(String key, boolean regulated, boolean guarded) {
    return new Design(
        key,
        NAMESPACE,
        "production",
        "Checkout",
        "",
        "user_id",
        "device_id",
        "web",
        "control",
        List.of(
            new Design.Variant("control", new BigDecimal("0.9"), null),
            new Design.Variant("green", new BigDecimal("0.1"), null)),
        Targeting.EVERYBODY,
        List.of(),
        List.of(),
        "orders",
        List.of(),
        guarded
            ? List.of(new Design.GuardrailRule("errors", new BigDecimal("0.01"), true))
            : List.of(),
        1_000,
        false,
        regulated);
  }

  @Override
  public void close() {
    side.close();
  }
}
