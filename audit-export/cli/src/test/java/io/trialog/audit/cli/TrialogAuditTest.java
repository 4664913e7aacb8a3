package io.trialog.audit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrialogAuditTest {

  @TempDir Path temp;
  private FakeInstallation installation;
  private Path desk;
  private String out = "";
  private String err = "";

  @BeforeEach
  void start() throws IOException {
    installation = new FakeInstallation(temp.resolve("server"));
    installation.add(300);
    installation.serveHonest();
    desk = Files.createDirectory(temp.resolve("desk"));
    Files.writeString(desk.resolve("token"), FakeInstallation.TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    installation.close();
  }

  private int run(String... arguments) {
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    int code =
        TrialogAudit.run(new PrintWriter(outText, true), new PrintWriter(errText, true), arguments);
    out = outText.toString();
    err = errText.toString();
    return code;
  }

  private int export(String... more) {
    String[] start = {
      "export", "--url", installation.url(), "--token-file", desk.resolve("token").toString()
    };
    String[] all = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, all, start.length, more.length);
    return run(all);
  }

  private String at(String name) {
    return desk.resolve(name).toString();
  }

  private void fetch() {
    assertThat(export("--write-policy", at("policy"), at("bundle"))).as(err).isZero();
  }

  private static byte[] zip(String... namesAndTexts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < namesAndTexts.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
        zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  private TreeSet<String> filesUnder(Path folder) throws IOException {
    TreeSet<String> files = new TreeSet<>();
    try (var paths = Files.walk(folder)) {
      paths
          .filter(path -> !Files.isDirectory(path))
          .forEach(path -> files.add(folder.relativize(path).toString()));
    }
    return files;
  }

  @Test
  void an_auditor_fetches_a_bundle_and_verifies_it() throws IOException {
    fetch();

    assertThat(err).contains("TRUST ON FIRST USE").contains(installation.keys.logKey().vkey());
    assertThat(out).contains("300 events").contains("trialog-audit verify --policy");
    assertThat(installation.orders).containsExactly("{\"purpose\":\"export by trialog-audit\"}");

    assertThat(run("verify", "--policy", at("policy"), at("bundle"))).isZero();
    assertThat(out)
        .startsWith("VERIFIED audit.example.com/prod\n")
        .contains("300, each hashed")
        .contains("no, the policy asks for none");
    assertThat(err).isEmpty();
  }

  @Test
  void size_and_purpose_go_with_the_order() {
    assertThat(export("--size", "300", "--purpose", "SOC 2 \"yearly\"", at("bundle"))).isZero();

    assertThat(installation.orders)
        .containsExactly("{\"purpose\":\"SOC 2 \\\"yearly\\\"\",\"size\":300}");
  }

  @Test
  void one_changed_byte_in_one_event_is_named_and_fails() throws IOException {
    fetch();
    Path events = desk.resolve("bundle/events.ndjson");
    Files.writeString(
        events, Files.readString(events).replace("{\"traffic_ppm\":123}", "{\"traffic_ppm\":124}"));

    assertThat(run("verify", "--policy", at("policy"), at("bundle"))).isEqualTo(1);
    assertThat(out)
        .startsWith("NOT VERIFIED")
        .contains("first bad event: EVENT_CHANGED event 123")
        .contains("experiment/checkout")
        .contains("event-123");
  }

  @Test
  void the_result_can_be_had_as_json() throws IOException {
    fetch();
    assertThat(run("verify", "--json", "--policy", at("policy"), at("bundle"))).isZero();
    assertThat(out).contains("\"verified\":true").contains("\"events_read\":300");

    Files.writeString(desk.resolve("bundle/extra"), "x");
    assertThat(run("verify", "--json", "--policy", at("policy"), at("bundle"))).isEqualTo(1);
    assertThat(out).contains("\"code\":\"FILE_UNLISTED\"").contains("\"file\":\"extra\"");
  }

  @Test
  void the_next_bundle_continues_the_kept_checkpoint() throws IOException {
    fetch();
    Files.copy(desk.resolve("bundle/checkpoint"), desk.resolve("kept"));
    installation.add(5);
    installation.serveHonest();
    assertThat(export(at("next"))).isZero();

    assertThat(run("verify", "--policy", at("policy"), "--previous", at("kept"), at("next")))
        .isZero();
    assertThat(out).contains("the kept checkpoint of size 300");

    Files.copy(desk.resolve("next/checkpoint"), desk.resolve("newer"));
    assertThat(run("verify", "--policy", at("policy"), "--previous", at("newer"), at("bundle")))
        .isEqualTo(1);
    assertThat(out).contains("HISTORY_REWRITTEN");
  }

  @Test
  void another_installation_s_policy_does_not_verify_this_bundle() throws IOException {
    fetch();
    try (FakeInstallation other = new FakeInstallation(temp.resolve("other"))) {
      Files.writeString(
          desk.resolve("theirs"),
          io.trialog.audit.proof.Policy.textFor(
              java.util.List.of(), other.keys.logKey(), other.keys.exportKey()));
    }

    assertThat(run("verify", "--policy", at("theirs"), at("bundle"))).isEqualTo(1);
    assertThat(out).contains("CHECKPOINT_SIGNATURE").contains("MANIFEST_SIGNATURE");
  }

  @Test
  void the_policy_inside_the_bundle_is_not_accepted() {
    fetch();

    assertThat(run("verify", "--policy", at("bundle/policy"), at("bundle"))).isEqualTo(2);
    assertThat(err).contains("lies inside the bundle");
  }

  @Test
  void asking_wrongly_exits_with_2_and_one_line() throws IOException {
    fetch();
    Files.writeString(desk.resolve("bad-policy"), "log nonsense\nquorum none\n");

    assertThat(run()).isEqualTo(2);
    assertThat(run("frobnicate")).isEqualTo(2);
    assertThat(run("verify", at("bundle"))).isEqualTo(2);
    assertThat(err).contains("--policy");
    assertThat(run("verify", "--policy", at("policy"), at("nowhere"))).isEqualTo(2);
    assertThat(err).hasLineCount(1).contains("no such folder");
    assertThat(run("verify", "--policy", at("nowhere"), at("bundle"))).isEqualTo(2);
    assertThat(err).hasLineCount(1);
    assertThat(run("verify", "--policy", at("bad-policy"), at("bundle"))).isEqualTo(2);
    assertThat(err).hasLineCount(1).contains("policy line 1");
    assertThat(run("export", "--url", "ftp://x", "--token-file", at("token"), at("b")))
        .isEqualTo(2);
    assertThat(err).hasLineCount(1);
    assertThat(run("export", "--url", installation.url(), "--token-file", at("none"), at("b")))
        .isEqualTo(2);
    assertThat(err).hasLineCount(1).contains("token file");
    assertThat(desk.resolve("b")).doesNotExist();
  }

  @Test
  void help_is_readable() {
    assertThat(run("--help")).isZero();
    assertThat(out).contains("export").contains("verify").contains("Exit codes");
    assertThat(run("verify", "--help")).isZero();
    assertThat(out).contains("--previous").contains("--policy=FILE");
    assertThat(run("export", "--help")).isZero();
    assertThat(out).contains("--write-policy").contains("--token-file");
  }

  @Test
  void a_refused_token_is_said_in_one_line_without_the_token() throws IOException {
    Files.writeString(desk.resolve("token"), "trl_other_secret");

    assertThat(export(at("bundle"))).isEqualTo(1);
    assertThat(err)
        .hasLineCount(1)
        .contains("401")
        .contains("the token is not accepted")
        .contains("no such token")
        .doesNotContain("trl_other_secret");
    assertThat(desk.resolve("bundle")).doesNotExist();
  }

  @Test
  void no_server_is_said_in_one_line() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertThat(
            run(
                "export",
                "--url",
                "http://127.0.0.1:" + port,
                "--token-file",
                at("token"),
                at("bundle")))
        .isEqualTo(1);
    assertThat(err).hasLineCount(1).contains("no server answers at http://127.0.0.1:" + port);
  }

  @Test
  void another_web_server_is_said_in_one_line() {
    assertThat(
            run(
                "export",
                "--url",
                installation.url() + "/elsewhere",
                "--token-file",
                at("token"),
                at("bundle")))
        .isEqualTo(1);
    assertThat(err).hasLineCount(1).contains("404");
  }

  @Test
  void a_folder_that_is_not_empty_is_left_alone_unless_forced() throws IOException {
    Files.createDirectory(desk.resolve("bundle"));
    Files.writeString(desk.resolve("bundle/mine"), "mine");

    assertThat(export(at("bundle"))).isEqualTo(2);
    assertThat(err).hasLineCount(1).contains("not empty");
    assertThat(filesUnder(desk.resolve("bundle"))).containsExactly("mine");
    assertThat(installation.orders).isEmpty();

    assertThat(export("--force", at("bundle"))).isZero();
    assertThat(desk.resolve("bundle/mine")).hasContent("mine");
    assertThat(export("--force", at("bundle"))).isZero();
  }

  @Test
  void force_does_not_write_through_links() throws IOException {
    Path victim = Files.writeString(desk.resolve("victim"), "unharmed");
    Path elsewhere = Files.createDirectory(desk.resolve("elsewhere"));
    Files.createDirectory(desk.resolve("bundle"));
    Files.createSymbolicLink(desk.resolve("bundle/checkpoint"), victim);

    assertThat(export("--force", at("bundle"))).isZero();
    assertThat(victim).hasContent("unharmed");
    assertThat(desk.resolve("bundle/checkpoint")).isRegularFile();

    Files.createDirectory(desk.resolve("second"));
    Files.createSymbolicLink(desk.resolve("second/tile"), elsewhere);
    assertThat(export("--force", at("second"))).isEqualTo(1);
    assertThat(filesUnder(elsewhere)).isEmpty();
  }

  @Test
  void a_policy_is_written_once_and_outside_of_the_bundle() throws IOException {
    Files.writeString(desk.resolve("policy"), "kept");

    assertThat(export("--write-policy", at("policy"), at("bundle"))).isEqualTo(2);
    assertThat(desk.resolve("policy")).hasContent("kept");
    assertThat(export("--write-policy", at("bundle/policy"), at("bundle"))).isEqualTo(2);
    assertThat(installation.orders).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "/tmp/evil",
        "tile/../../evil",
        "tile/./evil",
        "C:\\evil",
        "..\\evil",
        ".hidden",
        "tile//evil",
        "folder/",
        "a\u0000b",
        "ünicode"
      })
  void an_archive_with_a_strange_name_is_refused_and_nothing_lands_outside(String name)
      throws IOException {
    installation.archive =
        zip("MANIFEST", "m", "checkpoint", "c", "events.ndjson", "e", name, "evil");
    TreeSet<String> before = filesUnder(desk);

    assertThat(export(at("bundle"))).isEqualTo(1);

    assertThat(err).contains("not allowed");
    before.addAll(
        java.util.List.of("bundle/MANIFEST", "bundle/checkpoint", "bundle/events.ndjson"));
    assertThat(filesUnder(desk)).isEqualTo(before);
  }

  @Test
  void an_archive_with_one_name_twice_is_refused() throws IOException {
    byte[] archive = zip("MANIFEST", "m", "MANIFESU", "again");
    String latin = new String(archive, StandardCharsets.ISO_8859_1).replace("MANIFESU", "MANIFEST");
    installation.archive = latin.getBytes(StandardCharsets.ISO_8859_1);

    assertThat(export(at("bundle"))).isEqualTo(1);
    assertThat(err).contains("twice");
  }

  @Test
  void an_archive_that_explodes_is_stopped() throws IOException {
    installation.archive = zip("events.ndjson", "0".repeat(100 << 20));
    assertThat(installation.archive.length).isLessThan(1 << 20);

    assertThat(export(at("bundle"))).isEqualTo(1);
    assertThat(err).contains("far more than it should");
    assertThat(Files.size(desk.resolve("bundle/events.ndjson"))).isLessThan(60 << 20);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 0.9})
  void an_archive_that_ends_early_is_refused(double share) {
    installation.archive =
        Arrays.copyOf(installation.archive, (int) (installation.archive.length * share));

    assertThat(export(at("bundle"))).isEqualTo(1);
    assertThat(err).contains("did not arrive whole");
  }

  @Test
  void an_archive_with_a_flipped_bit_verifies_only_if_no_content_changed() throws IOException {
    fetch();
    byte[] honest = installation.archive;
    java.util.Random random = new java.util.Random(20261122);
    for (int round = 0; round < 20; round++) {
      installation.archive = honest.clone();
      // The central directory at the end is not read; everything before it is.
      int offset = random.nextInt(honest.length - 2_000);
      installation.archive[offset] ^= (byte) (1 << random.nextInt(8));

      String folder = at("round-" + round);
      boolean whole = export(folder) == 0;
      if (whole && run("verify", "--policy", at("policy"), folder) == 0) {
        assertThat(filesUnder(Path.of(folder))).isEqualTo(filesUnder(desk.resolve("bundle")));
        for (String file : filesUnder(Path.of(folder))) {
          assertThat(Path.of(folder, file))
              .as("round %d, offset %d", round, offset)
              .hasSameBinaryContentAs(desk.resolve("bundle").resolve(file));
        }
      }
    }
  }
}
