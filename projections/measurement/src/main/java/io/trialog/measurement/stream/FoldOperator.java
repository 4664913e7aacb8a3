package io.trialog.measurement.stream;

import io.trialog.measurement.DeadLetter;
import io.trialog.measurement.FieldRefused;
import io.trialog.measurement.PaneJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * {@link Folder} inside Flink: ledgers are keyed state by subject; deltas leave as JSON.
 *
 * <p>An operator and not a process function, because only an operator is asked <em>before</em> the
 * barrier of a checkpoint goes on: all deltas leave then, so none is state, none is in two
 * checkpoints, and each cell leaves once per checkpoint. A timer would only write more records:
 * what a transactional sink was given is seen at the next checkpoint, not earlier.
 *
 * <p>Input: source (topic and partition), key, value.
 */
final class FoldOperator extends AbstractStreamOperator<byte[]>
    implements OneInputStreamOperator<Tuple3<String, String, byte[]>, byte[]> {
  /** How long a subject is remembered after its last event, by the clock of the machine. */
  static final Duration MEMORY = Duration.ofDays(180);

  /** What was refused. */
  static final OutputTag<byte[]> DEAD_LETTERS =
      new OutputTag<>("dead-letters", MeasurementJob.BYTES);

  private static final long serialVersionUID = 1;

  /** Cells waiting, beyond which they leave before the checkpoint. */
  private static final int WAITING_CELLS = 50_000;

  private static final TypeInformation<Tuple3<String, Long, Integer>> NEWEST =
      Types.TUPLE(Types.STRING, Types.LONG, Types.INT);

  private final String job;
  private long generation;
  private transient @Nullable Running running;
  private transient @Nullable ListState<Long> generationState;
  private transient @Nullable ListState<Tuple3<String, Long, Integer>> newestState;

  /** What lives from the start of the operator to its end. */
  private record Running(
      PaneDeltas deltas, LateWatch late, LedgerCache ledgers, Folder folder, LongAdder pulse) {}

  /**
   * Describes the operator.
   *
   * @param job name under which folded records are counted, see {@link Pulse}
   * @param generation of a folding that begins without state; a restored one keeps its own
   */
  FoldOperator(String job, long generation) {
    this.job = job;
    this.generation = generation;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    var store = context.getOperatorStateStore();
    var generations = store.getUnionListState(new ListStateDescriptor<>("generation", Types.LONG));
    var newest = store.getUnionListState(new ListStateDescriptor<>("newest-event-times", NEWEST));
    generationState = generations;
    newestState = newest;
    var late = new LateWatch();
    if (context.isRestored()) {
      for (Long restored : generations.get()) {
        generation = restored;
      }
      for (Tuple3<String, Long, Integer> seen : newest.get()) {
        late.restore(seen.f0, Instant.ofEpochSecond(seen.f1, seen.f2));
      }
    }
    var deltas = new PaneDeltas();
    var ledgers = new LedgerCache(new KeyedStore());
    running = new Running(deltas, late, ledgers, new Folder(ledgers, deltas, late), Pulse.of(job));
  }

  @Override
  public void processElement(StreamRecord<Tuple3<String, String, byte[]>> element) {
    Running now = running();
    Tuple3<String, String, byte[]> arrival = element.getValue();
    if (now.ledgers().isFull()) {
      now.ledgers().writeBack();
      setCurrentKey(arrival.f1);
    }
    now.folder().fold(arrival.f0, arrival.f1, arrival.f2, refusal -> deadLetter(arrival, refusal));
    now.pulse().increment();
    if (now.deltas().size() > WAITING_CELLS) {
      drain();
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    super.prepareSnapshotPreBarrier(checkpoint);
    running().ledgers().writeBack();
    drain();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    var newest = newestState;
    var generations = generationState;
    if (newest == null || generations == null) {
      throw new IllegalStateException("snapshot of an operator that was not initialised");
    }
    generations.clear();
    generations.add(generation);
    newest.clear();
    running().late().forEach((experiment, time) -> add(newest, experiment, time));
  }

  private static void add(
      ListState<Tuple3<String, Long, Integer>> newest, String experiment, Instant time) {
    try {
      newest.add(Tuple3.of(experiment, time.getEpochSecond(), time.getNano()));
    } catch (Exception e) {
      throw new IllegalStateException("newest event time of " + experiment + " not saved", e);
    }
  }

  private void drain() {
    running()
        .deltas()
        .drain(generation, pane -> output.collect(new StreamRecord<>(PaneJson.write(pane))));
  }

  private void deadLetter(Tuple3<String, String, byte[]> arrival, FieldRefused refusal) {
    byte[] letter = DeadLetter.ofRecord(arrival.f0, arrival.f2, refusal);
    output.collect(DEAD_LETTERS, new StreamRecord<>(letter));
  }

  private Running running() {
    Running now = running;
    if (now == null) {
      throw new IllegalStateException("the operator is not initialised");
    }
    return now;
  }

  private static StateTtlConfig memory() {
    return StateTtlConfig.newBuilder(MEMORY)
        .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
        .setStateVisibility(StateTtlConfig.StateVisibility.NeverReturnExpired)
        .cleanupIncrementally(1, false)
        .build();
  }

  /** Ledgers as keyed state. */
  private final class KeyedStore implements LedgerCache.Store {
    private @Nullable ValueState<byte[]> state;

    @Override
    public byte @Nullable [] read(String subject) {
      try {
        setCurrentKey(subject);
        return state().value();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void write(String subject, byte[] ledger) {
      try {
        setCurrentKey(subject);
        state().update(ledger);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Flink hands out keyed state only once the operator is set up, hence the late look-up. */
    private ValueState<byte[]> state() {
      ValueState<byte[]> known = state;
      if (known == null) {
        var descriptor = new ValueStateDescriptor<>("ledger", MeasurementJob.BYTES);
        descriptor.enableTimeToLive(memory());
        known = getRuntimeContext().getState(descriptor);
        state = known;
      }
      return known;
    }
  }
}
