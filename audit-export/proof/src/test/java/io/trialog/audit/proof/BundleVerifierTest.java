package io.trialog.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleVerifierTest {

  @TempDir Path temp;

  private Path write(TestBundle bundle) throws IOException {
    return bundle.write(Files.createDirectory(temp.resolve("bundle")));
  }

  private static List<Finding.Code> codes(Verification result) {
    return result.findings().stream().map(Finding::code).distinct().toList();
  }

  private static void flip(Path file, int offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= 1;
    Files.write(file, bytes);
  }

  private static List<String> lines(Path events) throws IOException {
    return new ArrayList<>(Files.readAllLines(events));
  }

  private static void writeLines(Path events, List<String> lines) throws IOException {
    Files.writeString(events, String.join("\n", lines) + "\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 255, 256, 257, 600})
  void an_honest_bundle_verifies(int size) throws IOException {
    TestBundle bundle = TestBundle.ofEvents(size);

    Verification result = BundleVerifier.verify(write(bundle), bundle.policy());

    assertThat(result.findings()).isEmpty();
    assertThat(result.verified()).isTrue();
    assertThat(result.origin()).isEqualTo(TestBundle.ORIGIN);
    assertThat(result.size()).isEqualTo(size);
    assertThat(result.eventsRead()).isEqualTo(size);
    assertThat(result.witnessed()).isFalse();
  }

  @Test
  void a_large_honest_bundle_verifies_at_the_edge_of_two_tile_levels() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(65_537);

    Verification result = BundleVerifier.verify(write(bundle), bundle.policy());

    assertThat(result.findings()).isEmpty();
    assertThat(result.eventsRead()).isEqualTo(65_537);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_byte_flipped_in_an_event_names_that_event(long seed) throws IOException {
    TestBundle bundle = TestBundle.ofEvents(300);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    Random random = new Random(seed);
    int index = random.nextInt(300);
    byte[] all = Files.readAllBytes(events);
    int offset = offsetOf(bundle, index) + random.nextInt(bundle.lines.get(index).length);
    all[offset] ^= 1;
    Files.write(events, all);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    Finding first = result.firstBadEvent().orElseThrow();
    assertThat(first.code()).isEqualTo(Finding.Code.EVENT_CHANGED);
    assertThat(first.event().orElseThrow().index()).as("seed %d", seed).isEqualTo(index);
    assertThat(first.expected()).contains(Merkle.leafHash(bundle.lines.get(index)).base64());
    assertThat(first.message()).contains("event " + index + " ");
    assertThat(codes(result))
        .containsExactlyInAnyOrder(Finding.Code.EVENT_CHANGED, Finding.Code.FILE_CHANGED);
    assertThat(result.findings()).hasSize(2);
  }

  private static int offsetOf(TestBundle bundle, int index) {
    return bundle.lines.subList(0, index).stream().mapToInt(line -> line.length + 1).sum();
  }

  @Test
  void a_changed_value_names_stream_and_event_id() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(300);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    Files.writeString(
        events, Files.readString(events).replace("{\"traffic_ppm\":256}", "{\"traffic_ppm\":999}"));

    Finding first = BundleVerifier.verify(folder, bundle.policy()).firstBadEvent().orElseThrow();

    assertThat(first.event()).contains(new Finding.EventName(256, "experiment/e1", "event-256"));
    assertThat(first.message()).contains("experiment/e1").contains("event-256");
  }

  @Test
  void a_line_that_is_no_json_any_more_still_tells_its_name() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(5);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    Files.writeString(events, Files.readString(events).replace("{\"traffic_ppm\":3}", "{XXXXX"));

    assertThat(BundleVerifier.verify(folder, bundle.policy()).firstBadEvent().orElseThrow().event())
        .contains(new Finding.EventName(3, "experiment/e0", "event-3"));
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void a_byte_flipped_in_any_file_fails_with_a_finding_that_names_the_file(long seed)
      throws IOException {
    TestBundle bundle = TestBundle.ofEvents(600);
    Path folder = write(bundle);
    Random random = new Random(seed);
    List<Path> files;
    try (var paths = Files.walk(folder)) {
      files = paths.filter(Files::isRegularFile).toList();
    }
    assertThat(files).hasSize(4 + 3 + 1);
    for (Path file : files) {
      byte[] before = Files.readAllBytes(file);
      int offset = random.nextInt(before.length);
      flip(file, offset);
      String path = folder.relativize(file).toString();

      Verification result = BundleVerifier.verify(folder, bundle.policy());

      assertThat(result.verified()).as("%s at %d, seed %d", path, offset, seed).isFalse();
      assertThat(result.findings()).extracting(Finding::file).contains(path);
      Files.write(file, before);
    }
    assertThat(BundleVerifier.verify(folder, bundle.policy()).verified()).isTrue();
  }

  @Test
  void a_tile_changed_behind_a_new_manifest_is_named_with_its_event() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(300);
    Path folder = write(bundle);
    flip(folder.resolve("tile/0/001.p/44"), 32 * 5 + 3);
    bundle.signAgain(folder);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    assertThat(codes(result)).containsExactly(Finding.Code.TILE_CHANGED);
    assertThat(result.findings().getFirst().file()).isEqualTo("tile/0/001.p/44");
    assertThat(result.findings().getFirst().expected()).contains("event 261");
  }

  @Test
  void an_upper_tile_changed_behind_a_new_manifest_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(600);
    Path folder = write(bundle);
    flip(folder.resolve("tile/1/000.p/2"), 0);
    bundle.signAgain(folder);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    assertThat(codes(result)).containsExactly(Finding.Code.TILE_CHANGED);
    assertThat(result.findings().getFirst().file()).isEqualTo("tile/1/000.p/2");
  }

  @Test
  void an_event_and_its_tile_changed_together_do_not_give_the_signed_root() throws IOException {
    TestBundle honest = TestBundle.ofEvents(5);
    TestBundle forged = TestBundle.ofEvents(4);
    forged.add("experiment/other");
    Path folder = write(forged);
    Files.write(folder.resolve("checkpoint"), honest.checkpoint().bytes());
    forged.signAgain(folder);
    Policy policy =
        Policy.parse(
            ("log "
                    + honest.log.verifierKey()
                    + "\nlog "
                    + forged.export.verifierKey()
                    + "\nquorum none\n")
                .getBytes(StandardCharsets.UTF_8));

    assertThat(codes(BundleVerifier.verify(folder, policy))).containsExactly(Finding.Code.ROOT);
  }

  @Test
  void event_and_tile_that_both_differ_from_the_signed_tree_are_both_accused() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(5);
    Path folder = write(bundle);
    flip(folder.resolve("tile/0/000.p/5"), 0);
    Path events = folder.resolve("events.ndjson");
    Files.writeString(
        events, Files.readString(events).replace("{\"traffic_ppm\":3}", "{\"traffic_ppm\":4}"));
    bundle.signAgain(folder);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    assertThat(result.findings())
        .filteredOn(finding -> finding.code() == Finding.Code.EVENT_OR_TILE_CHANGED)
        .extracting(finding -> finding.event().orElseThrow().index())
        .containsExactly(0L, 3L);
  }

  @Test
  void swapped_lines_are_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(9);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    List<String> lines = lines(events);
    Collections.swap(lines, 4, 6);
    writeLines(events, lines);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    Finding first = result.firstBadEvent().orElseThrow();
    assertThat(first.event()).contains(new Finding.EventName(4, "experiment/e0", "event-6"));
    assertThat(first.found()).contains("index 6");
    assertThat(result.findings())
        .filteredOn(finding -> finding.event().isPresent())
        .extracting(finding -> finding.event().orElseThrow().index())
        .containsExactly(4L, 6L);
  }

  @Test
  void a_line_taken_out_is_named_by_its_place() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(9);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    List<String> lines = lines(events);
    lines.remove(5);
    writeLines(events, lines);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    assertThat(result.firstBadEvent().orElseThrow().event().orElseThrow().index()).isEqualTo(5);
    assertThat(codes(result)).contains(Finding.Code.EVENTS_MISSING);
  }

  @Test
  void a_line_put_in_is_named_by_its_place() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(9);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    List<String> lines = lines(events);
    lines.add(5, lines.get(2));
    writeLines(events, lines);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    assertThat(result.firstBadEvent().orElseThrow().event().orElseThrow().index()).isEqualTo(5);
    assertThat(codes(result)).contains(Finding.Code.EVENTS_EXTRA);
  }

  @Test
  void a_truncated_file_of_events_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(9);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    byte[] all = Files.readAllBytes(events);
    Files.write(events, java.util.Arrays.copyOf(all, all.length - 10));

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .contains(
            Finding.Code.EVENTS_FORMAT, Finding.Code.EVENT_CHANGED, Finding.Code.FILE_CHANGED);
  }

  @Test
  void a_missing_last_line_feed_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    Files.writeString(events, Files.readString(events).stripTrailing());
    bundle.signAgain(folder);

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .containsExactly(Finding.Code.EVENTS_FORMAT);
  }

  @Test
  void windows_line_ends_are_no_leaves() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Path events = folder.resolve("events.ndjson");
    Files.writeString(events, Files.readString(events).replace("\n", "\r\n"));
    bundle.signAgain(folder);

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .containsExactly(Finding.Code.EVENT_CHANGED);
  }

  @Test
  void an_endless_line_is_refused_without_being_kept() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    byte[] endless = new byte[20 << 20];
    java.util.Arrays.fill(endless, (byte) 'x');
    Files.write(folder.resolve("events.ndjson"), endless);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    assertThat(codes(result))
        .contains(
            Finding.Code.EVENT_CHANGED, Finding.Code.EVENTS_MISSING, Finding.Code.EVENTS_FORMAT);
    assertThat(result.eventsRead()).isEqualTo(1);
  }

  @Test
  void every_missing_file_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(600);
    Path folder = write(bundle);
    List<Path> files;
    try (var paths = Files.walk(folder)) {
      files = paths.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      byte[] before = Files.readAllBytes(file);
      Files.delete(file);

      assertThat(BundleVerifier.verify(folder, bundle.policy()).findings())
          .anySatisfy(finding -> {
            assertThat(finding.code()).isEqualTo(Finding.Code.FILE_MISSING);
            assertThat(finding.file()).isEqualTo(folder.relativize(file).toString());
          });
      Files.write(file, before);
    }
  }

  @Test
  void a_missing_tile_does_not_hide_behind_a_new_manifest() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(300);
    Path folder = write(bundle);
    Files.delete(folder.resolve("tile/0/000"));
    bundle.signAgain(folder);

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    assertThat(codes(result)).containsExactly(Finding.Code.FILE_MISSING);
    assertThat(result.findings().getFirst().file()).isEqualTo("tile/0/000");
  }

  @Test
  void a_file_that_is_not_listed_is_refused() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Files.writeString(folder.resolve("README.html"), "read me");

    Verification result = BundleVerifier.verify(folder, bundle.policy());

    assertThat(codes(result)).containsExactly(Finding.Code.FILE_UNLISTED);
    assertThat(result.findings().getFirst().file()).isEqualTo("README.html");
  }

  @Test
  void a_listed_file_without_a_meaning_is_refused() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Files.writeString(folder.resolve("README.html"), "read me");
    bundle.signAgain(folder);

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .containsExactly(Finding.Code.FILE_UNKNOWN);
  }

  @Test
  void a_symbolic_link_is_refused_even_to_the_right_bytes() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Path outside = temp.resolve("events");
    Files.move(folder.resolve("events.ndjson"), outside);
    Files.createSymbolicLink(folder.resolve("events.ndjson"), outside);

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .containsExactlyInAnyOrder(Finding.Code.FILE_NOT_REGULAR, Finding.Code.FILE_MISSING);
  }

  @Test
  void a_linked_folder_is_refused() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Path outside = temp.resolve("tiles");
    Files.move(folder.resolve("tile"), outside);
    Files.createSymbolicLink(folder.resolve("tile"), outside);

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .contains(Finding.Code.FILE_NOT_REGULAR);
  }

  @Test
  void a_manifest_that_points_outside_is_refused() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Path manifest = folder.resolve("MANIFEST");
    String text = Note.parse(Files.readAllBytes(manifest)).text();
    for (String path : List.of("../events.ndjson", "/etc/passwd", "keys/../checkpoint", "a\\b")) {
      String other = text.replace("  keys/log.vkey", "  " + path);
      assertThat(other).isNotEqualTo(text);
      Files.write(manifest, bundle.export.sign(other).bytes());

      assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
          .as(path)
          .contains(Finding.Code.MANIFEST_MALFORMED);
    }
  }

  @Test
  void keys_of_the_bundle_do_not_count_only_those_of_the_policy() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    TestBundle stranger = TestBundle.ofEvents(3);
    Path folder = write(stranger);

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .containsExactlyInAnyOrder(
            Finding.Code.MANIFEST_SIGNATURE, Finding.Code.CHECKPOINT_SIGNATURE);
  }

  @Test
  void log_and_export_key_are_not_interchangeable() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Path manifest = folder.resolve("MANIFEST");
    String text = Note.parse(Files.readAllBytes(manifest)).text();
    Files.write(manifest, bundle.log.sign(text).bytes());
    Path checkpoint = folder.resolve("checkpoint");
    String head = Note.parse(Files.readAllBytes(checkpoint)).text();
    Files.write(checkpoint, bundle.export.sign(head).bytes());

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .contains(Finding.Code.MANIFEST_SIGNATURE, Finding.Code.CHECKPOINT_SIGNATURE);
  }

  @Test
  void a_checkpoint_of_another_log_is_refused() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    Path folder = write(bundle);
    Checkpoint head = Checkpoint.parse(bundle.checkpoint());
    Checkpoint other = new Checkpoint("log.example/staging", head.size(), head.root());
    Files.write(folder.resolve("checkpoint"), bundle.log.sign(other.text()).bytes());
    bundle.signAgain(folder);

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .containsExactlyInAnyOrder(Finding.Code.CHECKPOINT_ORIGIN, Finding.Code.MANIFEST_MISMATCH);
  }

  @Test
  void a_policy_that_wants_witnesses_refuses_a_bundle_without() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(3);
    String policy =
        "log "
            + bundle.log.verifierKey()
            + "\nlog "
            + bundle.export.verifierKey()
            + "\nwitness w witness.example/w1+"
            + "WITNESS\nquorum w\n";
    byte[] publicKey = new byte[32];
    publicKey[0] = 3;
    VerifierKey witness =
        VerifierKey.of("witness.example/w1", VerifierKey.Kind.COSIGNATURE, publicKey);
    String filled = policy.replace("witness.example/w1+WITNESS", witness.vkey());

    assertThat(
            codes(
                BundleVerifier.verify(
                    write(bundle), Policy.parse(filled.getBytes(StandardCharsets.UTF_8)))))
        .containsExactly(Finding.Code.CHECKPOINT_QUORUM);
  }

  @Test
  void a_log_whose_time_runs_backwards_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(2);
    bundle.add(bundle.leaf("experiment/late", 0, "", 2, -5));

    Verification result = BundleVerifier.verify(write(bundle), bundle.policy());

    assertThat(codes(result)).containsExactly(Finding.Code.EVENT_TIME);
    assertThat(result.firstBadEvent().orElseThrow().event().orElseThrow().index()).isEqualTo(2);
  }

  @Test
  void a_gap_in_a_stream_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(1);
    String previous = Merkle.leafHash(bundle.lines.getFirst()).base64Url();
    bundle.add(bundle.leaf("experiment/e0", 2, previous, 1, 1));

    assertThat(codes(BundleVerifier.verify(write(bundle), bundle.policy())))
        .containsExactly(Finding.Code.STREAM_SEQUENCE);
  }

  @Test
  void a_broken_chain_in_a_stream_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(1);
    bundle.add(bundle.leaf("experiment/e0", 1, Hash.sha256().base64Url(), 1, 1));

    assertThat(codes(BundleVerifier.verify(write(bundle), bundle.policy())))
        .containsExactly(Finding.Code.STREAM_CHAIN);
  }

  @Test
  void a_wrong_index_in_a_signed_leaf_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(1);
    bundle.add(bundle.leaf("experiment/new", 0, "", 7, 1));

    assertThat(codes(BundleVerifier.verify(write(bundle), bundle.policy())))
        .containsExactly(Finding.Code.EVENT_INDEX);
  }

  @Test
  void a_signed_leaf_in_another_spelling_is_named() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(1);
    String line = new String(bundle.lines.getFirst(), StandardCharsets.UTF_8);
    bundle.lines.set(
        0, line.replace("{\"traffic_ppm\":0}", "{\"traffic_ppm\":0,\"traffic_ppm\":0}").getBytes());

    assertThat(codes(BundleVerifier.verify(write(bundle), bundle.policy())))
        .containsExactly(Finding.Code.EVENT_MALFORMED);
  }

  @Test
  void a_bundle_that_continues_the_kept_checkpoint_verifies() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(257);
    byte[] kept = bundle.checkpoint().bytes();
    bundle.add("experiment/e9");

    Verification result = BundleVerifier.verify(write(bundle), bundle.policy(), kept);

    assertThat(result.findings()).isEmpty();
    assertThat(result.continues()).contains(257L);
  }

  @Test
  void a_rewritten_or_shortened_log_does_not_continue_the_kept_checkpoint() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(5);
    byte[] kept = bundle.checkpoint().bytes();
    bundle.lines.removeLast();
    Path shorter = bundle.write(Files.createDirectory(temp.resolve("shorter")));
    bundle.add("experiment/rewritten");
    bundle.add("experiment/rewritten");
    Path rewritten = bundle.write(Files.createDirectory(temp.resolve("rewritten")));

    assertThat(BundleVerifier.verify(shorter, bundle.policy()).verified()).isTrue();
    assertThat(codes(BundleVerifier.verify(shorter, bundle.policy(), kept)))
        .containsExactly(Finding.Code.HISTORY_REWRITTEN);
    assertThat(codes(BundleVerifier.verify(rewritten, bundle.policy(), kept)))
        .containsExactly(Finding.Code.HISTORY_REWRITTEN);
  }

  @Test
  void a_kept_checkpoint_must_itself_be_signed() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(1);
    Path folder = write(bundle);
    byte[] stranger = TestBundle.ofEvents(1).checkpoint().bytes();

    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> BundleVerifier.verify(folder, bundle.policy(), stranger));
  }

  @Test
  void what_is_no_folder_is_a_finding() {
    TestBundle bundle = TestBundle.ofEvents(1);

    assertThat(BundleVerifier.verify(temp.resolve("nowhere"), bundle.policy()).verified())
        .isFalse();
  }

  @Test
  void an_absurd_size_under_a_valid_signature_ends_quickly() throws IOException {
    TestBundle bundle = TestBundle.ofEvents(1);
    Path folder = write(bundle);
    Checkpoint absurd = new Checkpoint(TestBundle.ORIGIN, Json.MAX_INTEGER, Hash.sha256());
    Files.write(folder.resolve("checkpoint"), bundle.log.sign(absurd.text()).bytes());

    assertThat(codes(BundleVerifier.verify(folder, bundle.policy())))
        .contains(Finding.Code.CHECKPOINT_MALFORMED);
  }
}
