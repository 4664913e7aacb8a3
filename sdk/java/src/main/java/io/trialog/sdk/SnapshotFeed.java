package io.trialog.sdk;

import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotHolder;
import io.trialog.sdk.core.SnapshotPointer;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import io.trialog.sdk.core.note.KeyStatement;
import io.trialog.sdk.core.note.KeyStatements;
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
 * Keeps the snapshot fresh on a thread of its own (protocol clauses 7.1 to 7.5, 10 and 12).
 *
 * <p>A round polls once with the ETag, and then, when streaming, reads the stream until it ends. A
 * stream that cannot be opened or breaks therefore leaves plain polling, with the next stream tried
 * after the next poll: there is no mode to fall into and none to come back from. Rounds that fail
 * wait longer and longer, with jitter; a round that heard the server resets that.
 */
final class SnapshotFeed implements Runnable {
  private static final int MOST_KEY_BYTES = 4 << 20;

  /** Statements come from anybody: one list must not flood whoever listens. */
  private static final int MOST_TOLD = 10;

  /** How long a revocation may go unnoticed while nothing else happens. */
  private static final Duration KEYS_EVERY = Duration.ofMinutes(10);

  /** A stream that lived so long was healthy: the wait after it starts small again. */
  private static final Duration HEALTHY_STREAM = Duration.ofSeconds(10);

  private final Settings settings;
  private final Http http;
  private final StateKeeper state;
  private final Backoff backoff;
  private final Optional<SnapshotCache> cache;
  private final Optional<SnapshotFiles> files;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong streams = new AtomicLong();
  private volatile @Nullable SnapshotHolder holder;

  /** When the server was last asked for statements; this thread's own. */
  private @Nullable Long askedNanos;

  /** The same, because a note named other keys. */
  private @Nullable Long askedForNoteNanos;

  SnapshotFeed(Settings settings, Http http, StateKeeper state) {
    this.settings = settings;
    this.http = http;
    this.state = state;
    this.backoff = new Backoff(settings.longestBackoff());
    this.cache =
        settings.cacheFolder().map(folder -> new SnapshotCache(folder, settings.environment()));
    this.files = settings.snapshotFiles().map(url -> new SnapshotFiles(url, settings));
    settings.verifierKey().ifPresent(this::hold);
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
        SnapshotHolder held = holder;
        SnapshotHolder known = held == null ? hold(key.get()) : held;
        learn(known, cache.get().statements());
        note.ifPresent(bytes -> restore(known, bytes, "disk"));
      }
    } catch (IOException e) {
      state.problem("the snapshot cache cannot be read: " + e.getMessage());
    }
  }

  /** Serves the note of the bootstrap file, if there is one, before anything else. */
  void bootstrap() {
    try {
      if (settings.bootstrap().isPresent()) {
        SnapshotHolder held = holder;
        SnapshotHolder known = held == null ? hold(settings.verifierKey().orElseThrow()) : held;
        restore(known, Files.readAllBytes(settings.bootstrap().get()), "bootstrap");
      }
    } catch (IOException e) {
      state.problem("the bootstrap cannot be read: " + e.getMessage());
    }
  }

  /** Serves what was kept, unless something newer is served. */
  private synchronized void restore(SnapshotHolder known, byte[] note, String origin) {
    try {
      if (known.restore(note)) {
        accepted.incrementAndGet();
        tell(known);
        state.servingUnconfirmed();
      }
    } catch (SnapshotRefusedException e) {
      state.refused(origin, e);
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
      if (files.isPresent()) {
        pollFiles(known, files.get());
      } else {
        pollServer(known);
      }
      if (settings.mode() == TrialogClient.Mode.STREAMING) {
        if (stream(known, "?deltas=true")) {
          // What is whole comes by the poll, and on a stream without deltas.
          poll(known);
          stream(known, "");
        }
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
    // It is the newest: nothing is known to follow it.
    askedNanos = System.nanoTime();
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

  private void pollServer(SnapshotHolder known) throws IOException, InterruptedException {
    poll(known);
    askForStatementsInTime(known);
    if (known.trusted() == null) {
      // Its key was revoked: the server must send what it serves, whatever its position.
      poll(known);
    }
  }

  private void poll(SnapshotHolder known) throws IOException, InterruptedException {
    Snapshot now = known.trusted();
    String path = "/api/v1/snapshots/" + settings.environment();
    Http.Answer answer =
        now == null
            ? http.get(path, SnapshotReader.MAX_BYTES)
            : http.get(path, SnapshotReader.MAX_BYTES, "If-None-Match", etag(now));
    if (answer.status() == 304) {
      confirmed();
    } else if (answer.status() != 200) {
      throw new IOException("expected a snapshot, found status " + answer.status());
    } else if (offer(known, answer.body(), "http")) {
      confirmed();
    } else {
      throw new IOException("the server's snapshot was refused");
    }
  }

  private static String etag(Snapshot snapshot) {
    return "\"" + snapshot.position() + "\"";
  }

  /** True when the note is now served, or was already. */
  private boolean offer(SnapshotHolder known, byte[] note, String origin)
      throws InterruptedException {
    if (known.hasOtherSigners(note)) {
      askForStatementsOfNote(known);
    }
    return taken(known, note, origin);
  }

  private boolean taken(SnapshotHolder known, byte[] note, String origin) {
    try {
      take(known, note);
      return true;
    } catch (SnapshotRefusedException e) {
      state.refused(origin, e);
      return false;
    }
  }

  /** Like {@link #offer}, for what a delta makes of the snapshot that is served. */
  private boolean offerDelta(SnapshotHolder known, byte[] data) throws InterruptedException {
    try {
      return offer(known, known.whole(data), "stream");
    } catch (SnapshotRefusedException e) {
      state.refused("stream", e);
      return false;
    }
  }

  /** From time to time, because a revocation changes nothing else that a client would see. */
  private void askForStatementsInTime(SnapshotHolder known) throws InterruptedException {
    if (isDue(askedNanos, KEYS_EVERY)) {
      askForStatements(known);
    }
  }

  /**
   * Because a note names other keys; but not if that was so a short while ago: somebody who can
   * make notes must not be able to make requests too.
   */
  private void askForStatementsOfNote(SnapshotHolder known) throws InterruptedException {
    if (isDue(askedForNoteNanos, settings.pollInterval())) {
      askedForNoteNanos = System.nanoTime();
      askForStatements(known);
    }
  }

  private static boolean isDue(@Nullable Long before, Duration every) {
    return before == null || System.nanoTime() - before >= every.toNanos();
  }

  /** Asks what keys follow and which are revoked. A failure changes no key. */
  private void askForStatements(SnapshotHolder known) throws InterruptedException {
    askedNanos = System.nanoTime();
    try {
      learn(known, files.isPresent() ? statementsIn(files.get()) : statementsOfServer());
    } catch (IOException | NoteException | JsonException e) {
      state.problem("the statements about keys cannot be had: " + e.getMessage());
    }
  }

  private static List<String> statementsIn(SnapshotFiles files)
      throws IOException, NoteException, InterruptedException {
    Optional<byte[]> list = files.statements();
    return list.isPresent() ? KeyStatements.read(list.get()) : List.of();
  }

  /** None of a server that serves none. */
  private List<String> statementsOfServer()
      throws IOException, JsonException, InterruptedException {
    Http.Answer answer = http.get("/api/v1/keys", MOST_KEY_BYTES);
    if (answer.status() != 200) {
      throw new IOException("expected the keys, found status " + answer.status());
    }
    return JsonReader.read(new String(answer.body(), StandardCharsets.UTF_8))
                instanceof Map<?, ?> tree
            && tree.get("snapshot_keys") instanceof Map<?, ?> environments
        ? KeyStatements.of(environments.get(settings.environment()))
        : List.of();
  }

  /**
   * Whether any of them brought something new. One at a time, so that what is kept on disk is the
   * newest too.
   */
  private synchronized TrialogClient.Offer learn(SnapshotHolder known, List<String> statements) {
    List<KeyStatement> before = known.keys().statements();
    List<String> refused = known.learn(statements);
    refused.stream()
        .limit(MOST_TOLD)
        .forEach(each -> state.problem("a statement about keys was refused: " + each));
    if (refused.size() > MOST_TOLD) {
      state.problem("so were " + (refused.size() - MOST_TOLD) + " more statements about keys");
    }
    List<KeyStatement> now = known.keys().statements();
    if (!now.equals(before)) {
      save(now);
      return TrialogClient.Offer.ACCEPTED;
    }
    return refused.isEmpty() ? TrialogClient.Offer.UNCHANGED : TrialogClient.Offer.REFUSED;
  }

  private void save(List<KeyStatement> statements) {
    try {
      if (cache.isPresent()) {
        cache.get().saveStatements(statements.stream().map(KeyStatement::note).toList());
      }
    } catch (IOException e) {
      state.problem("the snapshot cache cannot be written: " + e.getMessage());
    }
  }

  /** Statements that came by another way than ours; any thread (protocol clause 12.8). */
  TrialogClient.Offer offeredStatements(byte[] list, String origin) {
    SnapshotHolder known = holder;
    if (closed.getCount() == 0) {
      return TrialogClient.Offer.CLOSED;
    }
    if (known == null) {
      return TrialogClient.Offer.NO_KEY;
    }
    try {
      return learn(known, KeyStatements.read(list));
    } catch (NoteException e) {
      state.problem("the statements about keys (" + origin + ") were refused: " + e.getMessage());
      return TrialogClient.Offer.REFUSED;
    }
  }

  /** One at a time, so that what is kept on disk is the newest too. */
  private synchronized SnapshotHolder.Offer take(SnapshotHolder known, byte[] note)
      throws SnapshotRefusedException {
    SnapshotHolder.Offer outcome = known.offer(note);
    if (outcome == SnapshotHolder.Offer.ACCEPTED) {
      accepted.incrementAndGet();
      tell(known);
      save(note);
    }
    return outcome;
  }

  /** A note that came by another way than ours; any thread (protocol clause 13). */
  TrialogClient.Offer offered(byte[] note, String origin) {
    SnapshotHolder known = holder;
    if (closed.getCount() == 0) {
      return TrialogClient.Offer.CLOSED;
    }
    if (known == null) {
      return TrialogClient.Offer.NO_KEY;
    }
    try {
      boolean fresh = take(known, note) == SnapshotHolder.Offer.ACCEPTED;
      state.serving();
      return fresh ? TrialogClient.Offer.ACCEPTED : TrialogClient.Offer.UNCHANGED;
    } catch (SnapshotRefusedException e) {
      state.refused(origin, e);
      return TrialogClient.Offer.REFUSED;
    }
  }

  private void pollFiles(SnapshotHolder known, SnapshotFiles from)
      throws IOException, InterruptedException {
    follow(known, from);
    askForStatementsInTime(known);
    if (known.trusted() == null) {
      // Its key was revoked: the file counts, whatever its position.
      follow(known, from);
    }
  }

  /** Reads the pointer, and the file that it names if that is newer. */
  private void follow(SnapshotHolder known, SnapshotFiles from)
      throws IOException, InterruptedException {
    try {
      byte[] latest = from.pointer();
      if (known.hasOtherPointerSigners(latest)) {
        askForStatementsOfNote(known);
      }
      SnapshotPointer pointer = known.point(latest);
      Snapshot now = known.trusted();
      if (now == null || pointer.position() > now.position()) {
        takeFile(known, from.file(pointer));
      }
      if (known.isConfirmedBy(pointer)) {
        confirmed();
      } else {
        state.serving();
      }
    } catch (SnapshotRefusedException e) {
      state.refused("files", e);
      throw new IOException("a snapshot file or its pointer was refused", e);
    }
  }

  private void takeFile(SnapshotHolder known, byte[] note)
      throws SnapshotRefusedException, InterruptedException {
    if (known.hasOtherSigners(note)) {
      askForStatementsOfNote(known);
    }
    take(known, note);
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

  /**
   * Reads a stream until it ends; true when that was because a delta was refused, or the server
   * knows no deltas.
   */
  private boolean stream(SnapshotHolder known, String query)
      throws IOException, InterruptedException {
    Snapshot now = known.trusted();
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
        http.open(
            "/api/v1/snapshots/" + settings.environment() + "/stream" + query,
            "Accept",
            "text/event-stream",
            "Last-Event-ID",
            now == null ? "-1" : Long.toString(now.position()));
    long opened = System.nanoTime();
    try (StreamBody body = new StreamBody()) {
      response.body().subscribe(body);
      if (response.statusCode() == 400 && !query.isEmpty()) {
        return true;
      }
      if (response.statusCode() != 200) {
        throw new IOException("expected a stream, found status " + response.statusCode());
      }
      return read(known, body);
    } finally {
      if (System.nanoTime() - opened >= HEALTHY_STREAM.toNanos()) {
        backoff.reset();
      }
    }
  }

  /**
   * Reads until the server ends the stream. A refused snapshot ends nothing, but after it
   * heartbeats no longer say that what is served is the newest. A refused delta ends the reading,
   * and the answer is true: those that follow it would start from what is not served.
   */
  private boolean read(SnapshotHolder known, StreamBody body)
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
            trusted = offer(known, asNote(event.data()), "stream");
          } else if (event.type().equals("delta")) {
            trusted = offerDelta(known, event.data());
            if (!trusted) {
              return true;
            }
          }
        }
      }
      if (trusted) {
        confirmed();
      }
      askForStatementsInTime(known);
      if (known.trusted() == null) {
        return false;
      }
      piece = body.next(settings.heartbeatTimeout());
    }
    return false;
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
