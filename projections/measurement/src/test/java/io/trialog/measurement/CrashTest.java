package io.trialog.measurement;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.measurement.kafka.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process with broker, job and store is killed while events come in; nothing is lost or
 * doubled.
 */
class CrashTest {
  private static final int KILLS = 3;

  @TempDir Path folder;
  private final AtomicLong folded = new AtomicLong();

  @Test
  @Tag("slow")
  void killed_in_mid_input_again_and_again_every_event_is_folded_once() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    var traffic = Traffic.of(seed, 1_500);
    var arrivals = new ArrayList<Object>(traffic.exposures);
    arrivals.addAll(traffic.outcomes);
    Collections.shuffle(arrivals, random);
    int[] ports = {freePort(), freePort()};

    Process rig = start(ports);
    Topics.createMissing("127.0.0.1:" + ports[0], 1, (short) 1, Duration.ofMinutes(1));
    try (var producer = Rig.producer("127.0.0.1:" + ports[0])) {
      int sent = 0;
      for (int kill = 1; kill <= KILLS; kill++) {
        long before = folded.get();
        int until = arrivals.size() * kill / (KILLS + 1);
        for (int middle = sent + (until - sent) / 2; sent < middle; sent++) {
          Rig.send(producer, arrivals.get(sent));
        }
        Rig.await("the first of these is folded", () -> folded.get() > before);
        for (; sent < until; sent++) {
          Rig.send(producer, arrivals.get(sent));
        }
        // Anywhere in the second between two checkpoints.
        assertThat(rig.waitFor(random.nextInt(1_300), TimeUnit.MILLISECONDS)).isFalse();
        rig.destroyForcibly().waitFor();
        System.out.println("killed with " + folded.get() + " folded of " + sent + " sent");
        rig = start(ports);
      }
      for (; sent < arrivals.size(); sent++) {
        Rig.send(producer, arrivals.get(sent));
      }
      producer.flush();
      Rig.await("all are folded", () -> folded.get() == arrivals.size());
      assertThat(Rig.generations("127.0.0.1:" + ports[0])).hasSize(1);
      rig.getOutputStream().close();
      assertThat(rig.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      rig.destroyForcibly().waitFor();
    }
    assertThat(Rig.totalsOnDisk(folder))
        .as("seed %d", seed)
        .isEqualTo(Rig.expected(Reference.of(traffic.exposures, traffic.outcomes)));
    try (var jobs = Files.list(folder.resolve("stream").resolve("checkpoints"))) {
      assertThat(jobs).as("folders of checkpoints left").hasSize(1);
    }
  }

  private Process start(int[] ports) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Rig.class.getName(),
                    folder.toString(),
                    Integer.toString(ports[0]),
                    Integer.toString(ports[1])))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread.ofPlatform().daemon().start(() -> listen(process));
    return process;
  }

  private void listen(Process process) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("FOLDED ")) {
          folded.set(Long.parseLong(line.split(" ")[1]));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
