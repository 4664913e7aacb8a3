package io.trialog.sdk.openfeature;

import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.EventProvider;
import dev.openfeature.sdk.Metadata;
import dev.openfeature.sdk.ProviderEvaluation;
import dev.openfeature.sdk.ProviderEventDetails;
import dev.openfeature.sdk.TrackingEventDetails;
import dev.openfeature.sdk.Value;
import dev.openfeature.sdk.exceptions.ProviderNotReadyError;
import io.trialog.sdk.ClientListener;
import io.trialog.sdk.ClientState;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.openfeature.TargetingKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Flags and experiments of one environment for OpenFeature. It makes its client when OpenFeature
 * initialises it and closes it at the shutdown. Any thread; evaluation works in memory, as the
 * client's does.
 *
 * <p>{@code PROVIDER_READY}, {@code PROVIDER_STALE} and {@code PROVIDER_ERROR} follow the client's
 * states READY, STALE and OFFLINE; {@code PROVIDER_CONFIGURATION_CHANGED} names the flags and
 * experiments that another snapshot changed.
 */
public final class TrialogProvider extends EventProvider {
  private static final String NAME = "trialog";
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final double ONE = 1;

  /** The unit of an outcome as long as there is no snapshot, as the client has it. */
  private static final String DEFAULT_UNIT = "user_id";

  private final TrialogClient.Builder settings;
  private final Duration deadline;
  private final ClientListener listener;
  private volatile @Nullable TrialogClient client;

  /** Of a client that is not built yet; waits ten seconds for it. */
  public TrialogProvider(TrialogClient.Builder settings) {
    this(settings, DEADLINE, new ClientListener() {});
  }

  /**
   * Of a client that is not built yet.
   *
   * @param settings its listener is the provider's own
   * @param deadline how long initialisation waits for a snapshot; when there is none in time,
   *     OpenFeature's state is ERROR until one comes
   * @param listener hears what the client's would
   */
  public TrialogProvider(
      TrialogClient.Builder settings, Duration deadline, ClientListener listener) {
    this.settings = settings;
    this.deadline = deadline;
    this.listener = listener;
  }

  @Override
  public Metadata getMetadata() {
    return () -> NAME;
  }

  /** The client, from initialisation to shutdown: for overrides, counters and flushing. */
  public Optional<TrialogClient> client() {
    return Optional.ofNullable(client);
  }

  @Override
  public void initialize(EvaluationContext context) throws Exception {
    Events events = new Events();
    TrialogClient made = settings.listener(events).build();
    client = made;
    boolean serving = made.awaitReady(deadline);
    events.begin();
    if (!serving && made.snapshot().isEmpty()) {
      throw new ProviderNotReadyError(
          "there was no snapshot within " + deadline.toMillis() + " ms; the client goes on trying");
    }
  }

  @Override
  public void shutdown() {
    super.shutdown();
    TrialogClient open = client;
    client = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public ProviderEvaluation<Boolean> getBooleanEvaluation(
      String key, Boolean defaultValue, EvaluationContext context) {
    return resolve(key, defaultValue, context, Conversion.BOOLEAN);
  }

  @Override
  public ProviderEvaluation<String> getStringEvaluation(
      String key, String defaultValue, EvaluationContext context) {
    return resolve(key, defaultValue, context, Conversion.STRING);
  }

  @Override
  public ProviderEvaluation<Integer> getIntegerEvaluation(
      String key, Integer defaultValue, EvaluationContext context) {
    return resolve(key, defaultValue, context, Conversion.INTEGER);
  }

  @Override
  public ProviderEvaluation<Long> getLongEvaluation(
      String key, Long defaultValue, EvaluationContext context) {
    return resolve(key, defaultValue, context, Conversion.LONG);
  }

  @Override
  public ProviderEvaluation<Double> getDoubleEvaluation(
      String key, Double defaultValue, EvaluationContext context) {
    return resolve(key, defaultValue, context, Conversion.DOUBLE);
  }

  /** A JSON object or array. */
  @Override
  public ProviderEvaluation<Value> getObjectEvaluation(
      String key, Value defaultValue, EvaluationContext context) {
    return resolve(key, defaultValue, context, Conversion.OBJECT);
  }

  private <T> ProviderEvaluation<T> resolve(
      String key, T defaultValue, EvaluationContext context, Conversion<T> conversion) {
    TrialogClient asked = client;
    Snapshot snapshot = asked == null ? null : asked.snapshot().orElse(null);
    if (asked == null || snapshot == null) {
      return Answers.error(defaultValue, ErrorCode.PROVIDER_NOT_READY, "there is no snapshot");
    }
    return new Resolution<>(asked, snapshot, key, defaultValue, conversion).of(context);
  }

  /**
   * Records an outcome: the event's name is the metric, its value the value, 1 when it has none.
   * Other members of the details are not sent.
   */
  @Override
  public void track(String event, EvaluationContext context, TrackingEventDetails details) {
    TrialogClient open = client;
    if (open != null) {
      double value =
          details == null ? ONE : details.getValue().map(Number::doubleValue).orElse(ONE);
      open.track(subjects(open, context), event, value);
    }
  }

  /** As evaluation has it: the targeting key stands for each unit that the context lacks. */
  private static Context subjects(TrialogClient client, EvaluationContext given) {
    Context context = Contexts.of(given);
    String key = Contexts.targetingKey(given);
    List<Experiment> experiments = client.snapshot().map(Snapshot::experiments).orElse(List.of());
    if (experiments.isEmpty()) {
      return TargetingKey.standIn(context, key, DEFAULT_UNIT);
    }
    for (Experiment experiment : experiments) {
      context = TargetingKey.standIn(context, key, experiment.unit());
    }
    return context;
  }

  /**
   * From the client's listener to OpenFeature's events; what happens during the start is its own.
   */
  private final class Events implements ClientListener {
    private volatile boolean begun;
    private volatile @Nullable Snapshot last;

    void begin() {
      begun = true;
    }

    @Override
    public void stateChanged(ClientState from, ClientState to) {
      listener.stateChanged(from, to);
      if (begun) {
        ProviderEventDetails details = details(from + " to " + to).build();
        switch (to) {
          case READY -> emitProviderReady(details);
          case STALE -> emitProviderStale(details);
          case OFFLINE -> emitProviderError(details);
          case INITIALIZING, CLOSED -> {}
        }
      }
    }

    @Override
    public void snapshotAccepted(Snapshot snapshot) {
      Snapshot before = last;
      last = snapshot;
      listener.snapshotAccepted(snapshot);
      if (begun && before != null) {
        emitProviderConfigurationChanged(
            details("position " + snapshot.position())
                .flagsChanged(Changes.between(before, snapshot))
                .build());
      }
    }

    @Override
    public void snapshotRefused(String origin, SnapshotRefusedException.Reason reason) {
      listener.snapshotRefused(origin, reason);
    }

    @Override
    public void problem(String what) {
      listener.problem(what);
    }

    private static ProviderEventDetails.ProviderEventDetailsBuilder<?, ?> details(String message) {
      return ProviderEventDetails.builder().message(message);
    }
  }
}
