package io.trialog.measurement.stream;

import io.trialog.measurement.MetricKind;
import io.trialog.measurement.stream.SubjectLedger.Cohort;
import io.trialog.measurement.stream.SubjectLedger.CohortKey;
import io.trialog.measurement.stream.SubjectLedger.Entry;
import io.trialog.measurement.stream.SubjectLedger.First;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The ledger of a subject as bytes, the form in which Flink keeps and checkpoints it.
 *
 * <p>Bytes rather than live objects: a value that cannot change needs no copy while a checkpoint is
 * being written, takes a third of the heap, and moves to a byte store (RocksDB) without a change.
 * The first byte is the version of the format, the next four the number of events. Reading a
 * version that is not known throws: it means a state newer than the program.
 */
final class LedgerCodec {
  private static final byte VERSION = 1;
  private static final MetricKind[] KINDS = {MetricKind.MEAN, MetricKind.PROPORTION};

  private LedgerCodec() {}

  static byte[] encode(SubjectLedger ledger) {
    var bytes = new ByteArrayOutputStream(256);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeShort(ledger.cohorts.size());
      for (Map.Entry<CohortKey, Cohort> cohort : ledger.cohorts.entrySet()) {
        write(out, cohort.getKey(), cohort.getValue());
      }
      out.writeShort(ledger.outcomes.size());
      for (Map.Entry<String, Series> metric : ledger.outcomes.entrySet()) {
        out.writeUTF(metric.getKey());
        write(out, metric.getValue().entries());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static SubjectLedger decode(byte[] bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalStateException(
            "ledger of format " + version + ", this program reads " + VERSION);
      }
      var ledger = new SubjectLedger();
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        readCohort(in, ledger);
      }
      for (int left = in.readUnsignedShort(); left > 0; left--) {
        ledger.restore(in.readUTF(), readSeries(in));
      }
      return ledger;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(DataOutputStream out, CohortKey key, Cohort cohort) throws IOException {
    out.writeUTF(key.experiment());
    out.writeInt(key.epoch());
    write(out, cohort.first.id());
    write(out, cohort.first.time());
    out.writeUTF(cohort.first.variant());
    out.writeByte(cohort.first.segments().size());
    for (Map.Entry<String, String> segment : cohort.first.segments().entrySet()) {
      out.writeUTF(segment.getKey());
      out.writeUTF(segment.getValue());
    }
    out.writeBoolean(cohort.twoArms);
    out.writeShort(cohort.ids.size());
    for (UUID id : cohort.ids) {
      write(out, id);
    }
  }

  private static void readCohort(DataInputStream in, SubjectLedger ledger) throws IOException {
    var key = new CohortKey(in.readUTF(), in.readInt());
    UUID id = readId(in);
    Instant time = readTime(in);
    var cohort = new Cohort(new First(id, time, in.readUTF(), readSegments(in)));
    cohort.twoArms = in.readBoolean();
    for (int left = in.readUnsignedShort(); left > 0; left--) {
      cohort.ids.add(readId(in));
    }
    ledger.restore(key, cohort);
  }

  private static SortedMap<String, String> readSegments(DataInputStream in) throws IOException {
    var segments = new TreeMap<String, String>();
    for (int left = in.readUnsignedByte(); left > 0; left--) {
      segments.put(in.readUTF(), in.readUTF());
    }
    return segments;
  }

  private static void write(DataOutputStream out, List<Entry> entries) throws IOException {
    out.writeShort(entries.size());
    for (Entry entry : entries) {
      write(out, entry.id());
      write(out, entry.time());
      out.writeByte(entry.kind() == MetricKind.MEAN ? 0 : 1);
      out.writeBoolean(entry.cap().isPresent());
      if (entry.cap().isPresent()) {
        write(out, entry.cap().get());
      }
      write(out, entry.value());
      out.writeInt(entry.repeats());
    }
  }

  private static Series readSeries(DataInputStream in) throws IOException {
    var series = new Series();
    for (int left = in.readUnsignedShort(); left > 0; left--) {
      UUID id = readId(in);
      Instant time = readTime(in);
      MetricKind kind = KINDS[in.readByte()];
      Optional<BigDecimal> cap = in.readBoolean() ? Optional.of(readDecimal(in)) : Optional.empty();
      var entry = new Entry(id, time, kind, cap, readDecimal(in), in.readInt());
      series.insert(series.size(), entry);
    }
    return series;
  }

  private static void write(DataOutputStream out, UUID id) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }

  private static UUID readId(DataInputStream in) throws IOException {
    return new UUID(in.readLong(), in.readLong());
  }

  private static void write(DataOutputStream out, Instant time) throws IOException {
    out.writeLong(time.getEpochSecond());
    out.writeInt(time.getNano());
  }

  private static Instant readTime(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  private static void write(DataOutputStream out, BigDecimal number) throws IOException {
    byte[] digits = number.unscaledValue().toByteArray();
    out.writeByte(number.scale());
    out.writeByte(digits.length);
    out.write(digits);
  }

  private static BigDecimal readDecimal(DataInputStream in) throws IOException {
    int scale = in.readByte();
    var digits = new byte[in.readUnsignedByte()];
    in.readFully(digits);
    return new BigDecimal(new BigInteger(digits), scale);
  }
}
