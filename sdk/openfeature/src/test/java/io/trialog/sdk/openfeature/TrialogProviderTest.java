package io.trialog.sdk.openfeature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EventDetails;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.ImmutableTrackingEventDetails;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.ProviderState;
import dev.openfeature.sdk.Value;
import dev.openfeature.sdk.exceptions.OpenFeatureError;
import io.trialog.sdk.ClientListener;
import io.trialog.sdk.ClientState;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.Subjects;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Protocol clause 14 in the Java provider: experiments, lifecycle, events, tracking. */
class TrialogProviderTest {
  private static final ImmutableContext ADA = new ImmutableContext("ada");

  private final OpenFeatureAPI api = OpenFeatureAPI.createIsolated();
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = new Server();
  }

  @AfterEach
  void stop() {
    api.shutdown();
    server.close();
  }

  private Client serving() {
    server.serving(Flags.snapshot(1));
    api.setProviderAndWait(new TrialogProvider(server.client()));
    return api.getClient();
  }

  private TrialogClient trialog() {
    return ((TrialogProvider) api.getProvider()).client().orElseThrow();
  }

  private String reported() throws InterruptedException {
    assertThat(trialog().flush(Duration.ofSeconds(10))).isTrue();
    return String.join("\n", server.batches);
  }

  @Test
  void clause_14_3_an_experiment_gives_its_payload_or_else_the_key_of_its_variant() {
    Client client = serving();
    FlagEvaluationDetails<Value> details = client.getObjectDetails("checkout", new Value(), ADA);
    assertThat(details.getValue().asStructure().getValue("colour").asString()).isEqualTo("green");
    assertThat(details.getVariant()).isEqualTo("treatment");
    assertThat(details.getReason()).isEqualTo("SPLIT");
    assertThat(details.getFlagMetadata().asUnmodifiableMap())
        .isEqualTo(
            Map.of(
                "kind", "experiment",
                "experiment", "checkout",
                "reason", "ASSIGNED",
                "environment", "production",
                "epoch", 3,
                "position", 1L));
    assertThat(client.getStringDetails("plain", "a", ADA).getValue()).isEqualTo("b");
  }

  @Test
  void clause_14_3_a_value_of_null_is_the_default_of_the_code() {
    Value mine = new Value("mine");
    FlagEvaluationDetails<Value> details = serving().getObjectDetails("unsaid-flag", mine, ADA);
    assertThat(details.getValue()).isEqualTo(mine);
    assertThat(details.getVariant()).isEqualTo("unsaid");
    assertThat(details.getErrorCode()).isNull();
  }

  @Test
  void clause_14_2_the_targeting_key_stands_for_the_unit_unless_the_unit_is_there()
      throws InterruptedException {
    Client client = serving();
    ImmutableContext named = new ImmutableContext("ada", Map.of("device_id", new Value("phone-7")));
    client.getStringValue("plain", "a", named);
    client.getStringValue("plain", "a", ADA);
    assertThat(reported())
        .contains(Subjects.hash("production", "device_id", "phone-7"))
        .contains(Subjects.hash("production", "device_id", "ada"));
  }

  @Test
  void contexts_of_the_api_the_client_and_the_call_are_one() {
    Client client = serving();
    api.setEvaluationContext(
        new ImmutableContext(
            Map.of("fn", new Value("Sulisław"), "ln", new Value("x"), "age", new Value(30))));
    client.setEvaluationContext(new ImmutableContext(Map.of("ln", new Value("Świętopełk"))));
    ImmutableContext call =
        new ImmutableContext(Map.of("age", new Value(29.0), "customer", new Value(false)));
    assertThat(client.getStringValue("context-aware", "?", call)).isEqualTo("INTERNAL");
    assertThat(client.getStringValue("context-aware", "?")).isEqualTo("EXTERNAL");
  }

  @Test
  void clause_14_6_without_a_subject_an_experiment_is_an_error() {
    Client client = serving();
    FlagEvaluationDetails<String> details = client.getStringDetails("plain", "mine");
    assertThat(details.getValue()).isEqualTo("mine");
    assertThat(details.getErrorCode()).isEqualTo(ErrorCode.TARGETING_KEY_MISSING);
    assertThat(client.getBooleanDetails("split-flag", false).getErrorCode())
        .isEqualTo(ErrorCode.TARGETING_KEY_MISSING);
    assertThat(client.getBooleanDetails("split-flag", false, ADA).getReason()).isEqualTo("SPLIT");
  }

  @Test
  void clause_14_5_whoever_is_not_assigned_gets_the_value_of_control() {
    Client client = serving();
    server.serving(Flags.snapshot(2, Status.KILLED));
    Await.until("the kill", () -> trialog().snapshot().orElseThrow().position() == 2);
    FlagEvaluationDetails<Value> details = client.getObjectDetails("checkout", new Value(), ADA);
    assertThat(details.getValue().asStructure().getValue("colour").asString()).isEqualTo("grey");
    assertThat(details.getReason()).isEqualTo("DISABLED");
    assertThat(details.getFlagMetadata().getString("reason")).isEqualTo("KILLED");
  }

  @Test
  void clause_14_8_an_evaluation_that_assigns_is_recorded_once_and_a_type_mismatch_is_not()
      throws InterruptedException {
    Client client = serving();
    assertThat(client.getBooleanDetails("checkout", true, ADA).getErrorCode())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(trialog().counters().eventsRecorded()).isZero();
    client.getObjectValue("checkout", new Value(), ADA);
    client.getObjectValue("checkout", new Value(), ADA);
    client.getStringValue("string-flag", "", ADA);
    assertThat(trialog().counters().eventsRecorded()).isEqualTo(1);
    assertThat(reported())
        .contains("\"experiment\":\"checkout\"", Subjects.hash("production", "user_id", "ada"));
  }

  @Test
  void an_override_is_static_and_no_exposure() {
    Client client = serving();
    trialog().override(Overrides.none().withAll("checkout", "control"));
    FlagEvaluationDetails<Value> details = client.getObjectDetails("checkout", new Value(), ADA);
    assertThat(details.getVariant()).isEqualTo("control");
    assertThat(details.getReason()).isEqualTo("STATIC");
    assertThat(trialog().counters().eventsRecorded()).isZero();
  }

  @Test
  void tracking_records_an_outcome_for_each_unit() throws InterruptedException {
    Client client = serving();
    client.track("ride_value", ADA, new ImmutableTrackingEventDetails(12.5));
    client.track("booked", ADA);
    assertThat(reported())
        .contains("\"metric\":\"ride_value\"", "\"value\":12.5")
        .contains("\"metric\":\"booked\"", "\"value\":1")
        .contains(Subjects.hash("production", "user_id", "ada"))
        .contains(Subjects.hash("production", "device_id", "ada"));
  }

  @Test
  void without_a_snapshot_in_time_the_provider_is_in_error_until_one_comes() {
    List<String> states = new CopyOnWriteArrayList<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void stateChanged(ClientState from, ClientState to) {
            states.add(from + " " + to);
          }
        };
    TrialogProvider provider =
        new TrialogProvider(server.client(), Duration.ofMillis(200), listener);
    assertThatThrownBy(() -> api.setProviderAndWait(provider))
        .isInstanceOf(OpenFeatureError.class)
        .hasMessageContaining("200 ms");
    Client client = api.getClient();
    assertThat(client.getProviderState()).isEqualTo(ProviderState.ERROR);
    assertThat(client.getStringDetails("string-flag", "mine").getErrorCode())
        .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
    server.serving(Flags.snapshot(1));
    Await.until("ready", () -> client.getProviderState() == ProviderState.READY);
    assertThat(client.getStringValue("string-flag", "mine")).isEqualTo("hi");
    assertThat(states).containsExactly("INITIALIZING OFFLINE", "OFFLINE READY");
  }

  @Test
  void clause_14_4_a_client_that_hears_nothing_is_stale_and_says_so() {
    Client client = serving();
    server.broken(true);
    Await.until("stale", () -> client.getProviderState() == ProviderState.STALE);
    FlagEvaluationDetails<String> details = client.getStringDetails("string-flag", "mine");
    assertThat(details.getValue()).isEqualTo("hi");
    assertThat(details.getReason()).isEqualTo("STALE");
    assertThat(details.getFlagMetadata().getString("reason")).isEqualTo("DEFAULT");
    server.broken(false);
    Await.until("ready", () -> client.getProviderState() == ProviderState.READY);
    assertThat(client.getStringDetails("string-flag", "mine").getReason()).isEqualTo("STATIC");
  }

  @Test
  void a_change_names_what_changed() {
    List<EventDetails> changes = new CopyOnWriteArrayList<>();
    Client client = serving();
    client.onProviderConfigurationChanged(changes::add);
    server.serving(Flags.snapshot(2, Status.PAUSED));
    Await.until("a change", () -> !changes.isEmpty());
    assertThat(changes.getFirst().getFlagsChanged()).containsExactly("checkout");
    assertThat(changes.getFirst().getMessage()).isEqualTo("position 2");
  }

  @Test
  void the_listener_hears_of_refusals_as_the_clients_own_would() {
    List<String> heard = new CopyOnWriteArrayList<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void snapshotRefused(String origin, Reason reason) {
            heard.add(origin + " " + reason);
          }

          @Override
          public void problem(String what) {
            heard.add(what);
          }
        };
    server.serving(Flags.snapshot(1));
    TrialogProvider provider =
        new TrialogProvider(server.client(), Duration.ofSeconds(10), listener);
    api.setProviderAndWait(provider);
    provider.client().orElseThrow().offer("nothing".getBytes(StandardCharsets.UTF_8), "kafka");
    assertThat(heard)
        .contains("kafka NOT_A_NOTE")
        .anySatisfy(what -> assertThat(what).startsWith("snapshot refused (kafka): NOT_A_NOTE: "));
  }

  @Test
  void the_shutdown_closes_the_client() {
    serving();
    TrialogProvider provider = (TrialogProvider) api.getProvider();
    TrialogClient first = trialog();
    api.shutdown();
    assertThat(first.state()).isEqualTo(ClientState.CLOSED);
    assertThat(provider.client()).isEmpty();
    assertThat(provider.getStringEvaluation("string-flag", "mine", ADA).getErrorCode())
        .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
    provider.track("booked", ADA, new ImmutableTrackingEventDetails());
    assertThat(provider.getMetadata().getName()).isEqualTo("trialog");
  }
}
