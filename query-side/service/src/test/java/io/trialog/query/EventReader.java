package io.trialog.query;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Cuts a stream of events into blocks, on a thread of its own, so that waits have a deadline. */
final class EventReader implements AutoCloseable {
  private static final List<String> END = List.of("<end>");

  private final InputStream body;
  private final BlockingQueue<List<String>> blocks = new LinkedBlockingQueue<>();

  EventReader(InputStream body) {
    this.body = body;
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      List<String> block = new ArrayList<>();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.isEmpty()) {
          blocks.add(List.copyOf(block));
          block.clear();
        } else {
          block.add(line);
        }
      }
    } catch (IOException e) {
      // The end, as for a connection that was closed well.
    }
    blocks.add(END);
  }

  /** The lines of the next block, comments included. */
  List<String> block() {
    try {
      List<String> block = blocks.poll(TestApp.LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (block == null) {
        throw new AssertionError("nothing came within " + TestApp.LIMIT);
      }
      return block;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The lines of the next event; comments are passed over. */
  List<String> event() {
    while (true) {
      List<String> block = block();
      if (!block.equals(List.of(":"))) {
        return block;
      }
    }
  }

  /** Reads until the server ends the stream. */
  void awaitEnd() {
    while (!block().equals(END)) {
      // What still comes before the end does not matter.
    }
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
