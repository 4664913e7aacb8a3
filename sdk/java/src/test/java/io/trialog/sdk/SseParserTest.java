package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clause 7.3. */
class SseParserTest {
  private static final String STREAM =
      ": hello\n\nevent: snapshot\nid: 7\ndata: {\"a\":\"é\"}\ndata:\ndata: — x y\n\n"
          + "data:no space\r\ndata:  two\r\n\r\nevent: other\rdata: 1\r\r: ping\n\n"
          + "event: nothing\n\nretry: 10\nnonsense\ndata\n\ndata: unfinished\n";

  private static List<String> parse(List<byte[]> pieces) throws IOException {
    SseParser parser = new SseParser(1_000);
    List<String> events = new ArrayList<>();
    for (byte[] piece : pieces) {
      for (SseParser.Event event : parser.feed(ByteBuffer.wrap(piece))) {
        events.add(event.type() + "|" + new String(event.data(), StandardCharsets.UTF_8));
      }
    }
    return events;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void events_are_the_same_however_the_bytes_are_cut(long seed) throws Exception {
    byte[] all = STREAM.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(seed);
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < all.length; ) {
      int end = Math.min(all.length, at + 1 + random.nextInt((int) seed * 4));
      pieces.add(java.util.Arrays.copyOfRange(all, at, end));
      at = end;
    }
    assertThat(parse(pieces))
        .containsExactly(
            "snapshot|{\"a\":\"é\"}\n\n— x y", "message|no space\n two", "other|1", "message|");
  }

  @Test
  void an_endless_event_is_refused() {
    byte[] line = ("data: " + "x".repeat(90) + "\n").getBytes(StandardCharsets.UTF_8);
    List<byte[]> pieces = java.util.Collections.nCopies(20, line);
    assertThatThrownBy(() -> parse(pieces)).isInstanceOf(IOException.class);
  }
}
