package io.trialog.sdk;

import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotHolder;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.VerifierKey;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the snapshot fresh on a thread of its own (protocol clauses 7.1 to 7.5).
 *
 * <p>A round polls once with the ETag, and then, when streaming, reads the stream until it ends. A
 * stream that cannot be opened or breaks therefore leaves plain polling, with the next stream tried
 * after the next poll: there is no mode to fall into and none to come back from. Rounds that fail
 * wait longer and longer, with jitter; a round that heard the server resets that.
 */
final class SnapshotFeed implements Runnable {
  private static final int MOST_KEY_BYTES = 65_536;

  /** A stream that lived so long was healthy: the wait after it starts small again. */
  private static final Duration HEALTHY_STREAM = Duration.ofSeconds(10);

  private final Settings settings;
  private final Http http;
  private final StateKeeper state;
  private final Backoff backoff;
  private final Optional<SnapshotCache> cache;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong streams = new AtomicLong();
  private volatile @Nullable SnapshotHolder holder;

  SnapshotFeed(Settings settings, Http http, StateKeeper state) {
    this.settings = settings;
    this.http = http;
    this.state = state;
    this.backoff = new Backoff(settings.longestBackoff());
    this.cache =
        settings.cacheFolder().map(folder -> new SnapshotCache(folder, settings.environment()));
  }

  /** The snapshot to evaluate; null as long as there is none. */
  @Nullable Snapshot current() {
    SnapshotHolder known = holder;
    return known == null ? null : known.current();
  }

  long accepted() {
    return accepted.get();
  }

  long failures() {
    return failures.get();
  }

  long streams() {
    return streams.get();
  }

  Map<SnapshotRefusedException.Reason, Long> refusals() {
    SnapshotHolder known = holder;
    return known == null ? Map.of() : known.refusals();
  }

  /** Ends the thread's waits; the caller interrupts it too. */
  void close() {
    closed.countDown();
  }

  @Override
  public void run() {
    try {
      startFromDisk();
      while (closed.getCount() > 0) {
        Duration pause = round();
        closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      // Closing interrupts; nobody else does.
      Thread.currentThread().interrupt();
    }
  }

  private void startFromDisk() {
    if (cache.isEmpty()) {
      return;
    }
    try {
      Optional<VerifierKey> key = settings.verifierKey();
      Optional<String> pinned = cache.get().key();
      if (key.isEmpty() && pinned.isPresent()) {
        key = Optional.of(checked(pinned.get()));
      }
      Optional<byte[]> note = cache.get().note();
      if (key.isPresent()) {
        SnapshotHolder known = holder == null ? hold(key.get()) : holder;
        note.ifPresent(bytes -> restore(known, bytes));
      }
    } catch (IOException e) {
      state.problem("the snapshot cache cannot be read: " + e.getMessage());
    }
  }

  /** Serves the note of the bootstrap file, if there is one, before anything else. */
  void bootstrap() {
    try {
      if (settings.bootstrap().isPresent()) {
        SnapshotHolder known = hold(settings.verifierKey().orElseThrow());
        restore(known, Files.readAllBytes(settings.bootstrap().get()));
      }
    } catch (IOException e) {
      state.problem("the bootstrap cannot be read: " + e.getMessage());
    }
  }

  /** Serves what was kept, unless something newer is served. */
  private void restore(SnapshotHolder known, byte[] note) {
    try {
      if (known.restore(note)) {
        accepted.incrementAndGet();
        tell(known);
        state.servingUnconfirmed();
      }
    } catch (SnapshotRefusedException e) {
      state.problem("a kept snapshot was refused: " + e.reason() + ": " + e.getMessage());
    }
  }

  private void tell(SnapshotHolder known) {
    Snapshot now = known.current();
    if (now != null) {
      state.accepted(now);
    }
  }

  /** One round; the answer is the wait before the next. Defects are reported, and end nothing. */
  private Duration round() throws InterruptedException {
    try {
      SnapshotHolder known = trusted();
      poll(known);
      if (settings.mode() == TrialogClient.Mode.STREAMING) {
        stream(known);
        // The server ended the stream; one that always does must not be asked in a tight loop.
        return shorter(backoff.next(), settings.pollInterval());
      }
      backoff.reset();
      return Backoff.jittered(settings.pollInterval());
    } catch (IOException | RuntimeException e) {
      failures.incrementAndGet();
      state.failed(String.valueOf(e.getMessage()), current() != null);
      return shorter(backoff.next(), settings.pollInterval());
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private SnapshotHolder hold(VerifierKey key) {
    SnapshotHolder known = new SnapshotHolder(settings.environment(), key);
    holder = known;
    return known;
  }

  /** The holder; without a configured or pinned key, the server is asked once and then believed. */
  private SnapshotHolder trusted() throws IOException, InterruptedException {
    SnapshotHolder known = holder;
    if (known != null) {
      return known;
    }
    if (settings.verifierKey().isPresent()) {
      return hold(settings.verifierKey().get());
    }
    Http.Answer answer = http.get("/api/v1/keys", MOST_KEY_BYTES);
    if (answer.status() != 200) {
      throw new IOException("expected the keys, found status " + answer.status());
    }
    VerifierKey key = checked(keyIn(new String(answer.body(), StandardCharsets.UTF_8)));
    if (cache.isPresent()) {
      cache.get().saveKey(key.toString());
    }
    return hold(key);
  }

  private String keyIn(String json) throws IOException {
    try {
      if (JsonReader.read(json) instanceof Map<?, ?> tree
          && tree.get("snapshot") instanceof Map<?, ?> keys
          && keys.get(settings.environment()) instanceof String key) {
        return key;
      }
    } catch (JsonException e) {
      throw new IOException("the keys are not JSON", e);
    }
    throw new IOException("the server has no key for " + settings.environment());
  }

  private VerifierKey checked(String vkey) throws IOException {
    try {
      VerifierKey key = VerifierKey.parse(vkey);
      Settings.checkName(key, settings.environment());
      return key;
    } catch (NoteException | IllegalArgumentException e) {
      throw new IOException("the key cannot be used: " + e.getMessage(), e);
    }
  }

  private void poll(SnapshotHolder known) throws IOException, InterruptedException {
    Snapshot now = known.current();
    String path = "/api/v1/snapshots/" + settings.environment();
    Http.Answer answer =
        now == null
            ? http.get(path, SnapshotReader.MAX_BYTES)
            : http.get(path, SnapshotReader.MAX_BYTES, "If-None-Match", etag(now));
    if (answer.status() == 304) {
      confirmed();
    } else if (answer.status() != 200) {
      throw new IOException("expected a snapshot, found status " + answer.status());
    } else if (offer(known, answer.body())) {
      confirmed();
    } else {
      throw new IOException("the server's snapshot was refused");
    }
  }

  private static String etag(Snapshot snapshot) {
    return "\"" + snapshot.position() + "\"";
  }

  /** True when the note is now served, or was already. */
  private boolean offer(SnapshotHolder known, byte[] note) {
    try {
      if (known.offer(note) == SnapshotHolder.Offer.ACCEPTED) {
        accepted.incrementAndGet();
        tell(known);
        save(note);
      }
      return true;
    } catch (SnapshotRefusedException e) {
      state.problem("snapshot refused: " + e.reason() + ": " + e.getMessage());
      return false;
    }
  }

  private void save(byte[] note) {
    try {
      if (cache.isPresent()) {
        cache.get().saveNote(note);
      }
    } catch (IOException e) {
      state.problem("the snapshot cache cannot be written: " + e.getMessage());
    }
  }

  private void confirmed() {
    if (current() != null) {
      state.confirmed();
    }
  }

  private void stream(SnapshotHolder known) throws IOException, InterruptedException {
    Snapshot now = known.current();
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
        http.open(
            "/api/v1/snapshots/" + settings.environment() + "/stream",
            "Accept",
            "text/event-stream",
            "Last-Event-ID",
            now == null ? "0" : Long.toString(now.position()));
    long opened = System.nanoTime();
    try (StreamBody body = new StreamBody()) {
      response.body().subscribe(body);
      if (response.statusCode() != 200) {
        throw new IOException("expected a stream, found status " + response.statusCode());
      }
      read(known, body);
    } finally {
      if (System.nanoTime() - opened >= HEALTHY_STREAM.toNanos()) {
        backoff.reset();
      }
    }
  }

  /**
   * Reads until the server ends the stream. A refused event ends nothing, but after it heartbeats
   * no longer say that what is served is the newest.
   */
  private void read(SnapshotHolder known, StreamBody body)
      throws IOException, InterruptedException {
    SseParser parser = new SseParser(SnapshotReader.MAX_BYTES);
    boolean trusted = true;
    List<ByteBuffer> piece = body.next(settings.heartbeatTimeout());
    if (piece != null) {
      streams.incrementAndGet();
    }
    while (piece != null && closed.getCount() > 0) {
      for (ByteBuffer bytes : piece) {
        for (SseParser.Event event : parser.feed(bytes)) {
          if (event.type().equals("snapshot")) {
            trusted = offer(known, asNote(event.data()));
          }
        }
      }
      if (trusted) {
        confirmed();
      }
      piece = body.next(settings.heartbeatTimeout());
    }
  }

  /** The lines of an event have no last line end; a note has one. */
  private static byte[] asNote(byte[] data) {
    if (data.length > 0 && data[data.length - 1] == '\n') {
      return data;
    }
    byte[] note = Arrays.copyOf(data, data.length + 1);
    note[data.length] = '\n';
    return note;
  }
}
