package io.trialog.sdk;

import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotRefusedException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The state of a client and whoever listens. Any thread; waiting for a state has a deadline. */
final class StateKeeper {
  private final ClientListener listener;
  private final long staleAfterNanos;
  private final @Nullable Long safeAfterNanos;

  /** When the server confirmed last; null for never. */
  private volatile @Nullable Long heardNanos;

  private final Consumer<Snapshot> receipts;
  private volatile ClientState state = ClientState.INITIALIZING;
  private long confirmedNanos = System.nanoTime();

  /** Tells {@code receipts} of each snapshot before any listener. */
  StateKeeper(Settings settings, Consumer<Snapshot> receipts) {
    this.receipts = receipts;
    this.listener = settings.listener();
    this.staleAfterNanos = settings.staleAfter().toNanos();
    this.safeAfterNanos = settings.safeAfter().map(Duration::toNanos).orElse(null);
  }

  ClientState state() {
    return state;
  }

  /** The server has said that what is served is the newest. */
  void confirmed() {
    heardNanos = System.nanoTime();
    synchronized (this) {
      confirmedNanos = System.nanoTime();
    }
    move(ClientState.READY);
  }

  /**
   * Whether what is served may be old for longer than the application bears (protocol clause 8.4).
   * Asks no clock when the application has set no limit.
   */
  boolean isTooOld() {
    Long limit = safeAfterNanos;
    Long heard = heardNanos;
    return limit != null && (heard == null || System.nanoTime() - heard >= limit);
  }

  /** A snapshot from disk is served that nobody has confirmed. */
  void servingUnconfirmed() {
    synchronized (this) {
      confirmedNanos = System.nanoTime() - staleAfterNanos;
    }
    move(ClientState.STALE);
  }

  /** Something is served by a way that says nothing of whether it is the newest. */
  void serving() {
    ClientState from;
    synchronized (this) {
      from = state;
      boolean fresh = System.nanoTime() - confirmedNanos < staleAfterNanos;
      if (from == ClientState.CLOSED
          || from == ClientState.STALE
          || (from == ClientState.READY && fresh)) {
        return;
      }
      state = ClientState.STALE;
      notifyAll();
    }
    tell(hearing -> hearing.stateChanged(from, ClientState.STALE));
  }

  void refused(String origin, SnapshotRefusedException why) {
    tell(hearing -> hearing.snapshotRefused(origin, why.reason()));
    problem("snapshot refused (" + origin + "): " + why.reason() + ": " + why.getMessage());
  }

  /** A round failed. */
  void failed(String why, boolean serving) {
    problem(why);
    boolean tooLong;
    synchronized (this) {
      tooLong = System.nanoTime() - confirmedNanos >= staleAfterNanos;
    }
    if (!serving) {
      move(ClientState.OFFLINE);
    } else if (tooLong) {
      move(ClientState.STALE);
    }
  }

  void closed() {
    move(ClientState.CLOSED);
  }

  void accepted(Snapshot snapshot) {
    receipts.accept(snapshot);
    tell(hearing -> hearing.snapshotAccepted(snapshot));
  }

  void problem(String what) {
    tell(hearing -> hearing.problem(what));
  }

  private void move(ClientState to) {
    ClientState from;
    synchronized (this) {
      from = state;
      if (from == to || from == ClientState.CLOSED) {
        return;
      }
      state = to;
      notifyAll();
    }
    tell(hearing -> hearing.stateChanged(from, to));
  }

  private void tell(Consumer<ClientListener> what) {
    try {
      what.accept(listener);
    } catch (RuntimeException e) {
      // A listener is the application's code; its failure must not end the client's thread.
    }
  }

  /** True when a snapshot is served within the time, fresh or stale. */
  synchronized boolean awaitServing(Duration most) throws InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    while (state == ClientState.INITIALIZING || state == ClientState.OFFLINE) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(left / 1_000_000 + 1);
    }
    return state != ClientState.CLOSED;
  }
}
