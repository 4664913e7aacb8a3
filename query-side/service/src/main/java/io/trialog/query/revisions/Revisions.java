package io.trialog.query.revisions;

import io.trialog.language.Design;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentReallocated;
import io.trialog.language.ExperimentEvent.ExperimentRetargeted;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import io.trialog.snapshots.EventReference;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The designs that an experiment has had, oldest first, from its stream alone. Immutable. */
public final class Revisions {
  private final SortedMap<Long, Revision> byNumber;

  private Revisions(SortedMap<Long, Revision> byNumber) {
    this.byNumber = byNumber;
  }

  /** Of a whole stream, in order. */
  public static Revisions of(List<StoredEvent> stream) {
    SortedMap<Long, Revision> found = new TreeMap<>();
    @Nullable Design design = null;
    for (StoredEvent stored : stream) {
      RecordedEvent recorded = EventCodec.decode(stored);
      Optional<Design> next = after(design, recorded.event());
      if (next.isPresent()) {
        design = next.get();
        found.put(
            recorded.sequence(),
            new Revision(recorded.sequence(), EventReference.to(recorded), design));
      }
    }
    return new Revisions(Collections.unmodifiableSortedMap(found));
  }

  /** The design after an event that changes it; empty for any other. */
  private static Optional<Design> after(@Nullable Design design, TrialogEvent event) {
    return switch (event) {
      case ExperimentDrafted e -> Optional.of(e.design());
      case ExperimentRevised e -> Optional.of(e.design());
      case ExperimentRetargeted e ->
          Optional.ofNullable(design).map(each -> each.withTargeting(e.targeting()));
      case ExperimentReallocated e ->
          Optional.ofNullable(design).map(each -> each.withVariants(e.variants()));
      default -> Optional.empty(); // most events of an experiment leave its design alone
    };
  }

  /** All of them by their number. */
  public SortedMap<Long, Revision> all() {
    return byNumber;
  }

  /** The revision of this number. */
  public Optional<Revision> at(long number) {
    return Optional.ofNullable(byNumber.get(number));
  }

  /** The one before this. */
  public Optional<Revision> before(Revision revision) {
    SortedMap<Long, Revision> earlier = byNumber.headMap(revision.number());
    return earlier.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(earlier.get(earlier.lastKey()));
  }

  /** The numbers, for messages. */
  public Map<Long, String> kinds() {
    Map<Long, String> kinds = new TreeMap<>();
    byNumber.forEach((number, revision) -> kinds.put(number, revision.event().type()));
    return kinds;
  }
}
