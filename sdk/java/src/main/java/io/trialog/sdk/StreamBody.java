package io.trialog.sdk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an endless answer, taken by one thread with a deadline for each piece, so that a
 * connection that died without a word is noticed. At most one piece is asked for ahead.
 */
final class StreamBody implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
  private static final List<ByteBuffer> END = List.of();

  private final BlockingQueue<List<ByteBuffer>> pieces = new LinkedBlockingQueue<>();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile @Nullable Throwable error;

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> piece) {
    if (piece.isEmpty()) {
      requestMore();
    } else {
      pieces.add(piece);
    }
  }

  @Override
  public void onError(Throwable error) {
    this.error = error;
    pieces.add(END);
  }

  @Override
  public void onComplete() {
    pieces.add(END);
  }

  /**
   * The next piece.
   *
   * @return null at the end of the stream
   * @throws IOException when nothing came within the deadline, or the connection broke
   */
  @Nullable List<ByteBuffer> next(Duration deadline) throws IOException, InterruptedException {
    List<ByteBuffer> piece = pieces.poll(deadline.toMillis(), TimeUnit.MILLISECONDS);
    if (piece == null) {
      throw new IOException("the stream was silent for " + deadline.toMillis() + " ms");
    }
    Throwable broken = error;
    if (piece.isEmpty() && broken != null) {
      throw new IOException("the stream broke", broken);
    }
    if (piece.isEmpty()) {
      return null;
    }
    requestMore();
    return piece;
  }

  private void requestMore() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.request(1);
    }
  }

  @Override
  public void close() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }
}
