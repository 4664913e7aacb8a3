package io.trialog.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {

  private static final Path LANDING_PAGE =
      Path.of(System.getProperty("trialog.root"), "..", "shared", "data", "landing-page.csv");

  private static final int LANDING_PAGE_ROWS = 57_828;

  @TempDir Path folder = Path.of("");

  private final VirtualTime time = new VirtualTime();
  private FakePlatform platform = platform();

  private static FakePlatform platform() {
    try {
      return new FakePlatform();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void writeToken() throws IOException {
    Files.writeString(folder.resolve("token"), FakePlatform.TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private record Ran(int code, String out, String err) {

    JsonObject json() {
      return (JsonObject) Json.read(out.getBytes(UTF_8)).orElseThrow();
    }
  }

  private Ran run(Path file, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                file.toString(),
                "--url",
                platform.url().toString(),
                "--token-file",
                folder.resolve("token").toString()));
    arguments.addAll(List.of(more));
    return execute(arguments.toArray(String[]::new));
  }

  private Ran execute(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Display display = new Display(new PrintStream(err, true, UTF_8), false, time);
    Map<String, String> variables = Map.of("XDG_STATE_HOME", folder.resolve("state").toString());
    int code = Replay.run(arguments, variables, new PrintStream(out, true, UTF_8), display, time);
    return new Ran(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  private Ran landingPage(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--subject",
                "user_id",
                "--time",
                "timestamp",
                "--variant",
                "group",
                "--outcome",
                "converted",
                "--segment",
                "country"));
    all.addAll(List.of(more));
    return run(LANDING_PAGE, all.toArray(String[]::new));
  }

  private Ran small(String csv, String... more) throws IOException {
    Path file = folder.resolve("small.csv");
    Files.writeString(file, csv);
    List<String> all =
        new ArrayList<>(
            List.of("--subject", "who", "--time", "at", "--variant", "arm", "--outcome", "y"));
    all.addAll(List.of(more));
    return run(file, all.toArray(String[]::new));
  }

  private static String rows(int count) {
    StringBuilder csv = new StringBuilder("who,at,arm,y\n");
    for (int i = 0; i < count; i++) {
      csv.append("u%d,%d,%s,%d\n".formatted(i, 1_483_000_000 + i, i % 2 == 0 ? "a" : "b", i % 3));
    }
    return csv.toString();
  }

  private void assertLandingPage(JsonObject json) {
    assertThat(json.getInt("rows")).isEqualTo(LANDING_PAGE_ROWS);
    assertThat(json.getInt("accepted")).isEqualTo(LANDING_PAGE_ROWS);
    assertThat(json.getInt("rejected")).isZero();
    assertThat(json.getInt("subjects_in_two_arms")).isEqualTo(71);
    assertThat(json.get("variants").toString())
        .isEqualTo(
            "[{\"key\":\"control\",\"n\":28792,\"sum\":3509},"
                + "{\"key\":\"treatment\",\"n\":28817,\"sum\":3431}]");
    assertThat(json.getJsonNumber("lift").doubleValue())
        .isBetween(-0.0232, -0.0230); // (3431/28817)/(3509/28792) - 1 = -0.023077
    assertThat(json.getJsonArray("interval")).hasSize(2);
    assertThat(json.getJsonNumber("srm_p").bigDecimalValue()).isEqualTo(new BigDecimal("0.917"));
    assertThat(json.getString("status")).isEqualTo("running");
  }

  private void assertTable(Ran ran) {
    assertThat(ran.out())
        .contains("landing-page: running")
        .contains("57,828 rows: 57,828 accepted, 57,828 already known, 0 rejected")
        .containsPattern("control +28,792 +3509 +0.121874")
        .containsPattern("treatment +28,817 +3431 +0.119062")
        .contains("treatment against control: lift -2.31%, 95% interval -7.31% to 2.69%")
        .contains("sample ratio: p = 0.917")
        .contains("subjects in both arms (left out): 71")
        .contains("guardrail converted of treatment: WATCH")
        .contains("country = CA")
        .contains("country = UK")
        .contains("country = US");
  }

  @Test
  void a_real_experiment_arrives_with_every_row_once_however_often_it_is_replayed() {
    Ran ran = landingPage("--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out().lines()).hasSize(1);
    assertLandingPage(ran.json());
    assertThat(ran.json().getInt("duplicates")).isZero();
    assertThat(platform.exposureIds()).hasSize(LANDING_PAGE_ROWS);
    assertThat(platform.batchSizes).allMatch(size -> size <= 500);
    FakePlatform.Exposure first = platform.exposureRecords.getFirst();
    assertThat(first.segments().get("country")).isNotEmpty();
    assertThat(platform.exposureRecords)
        .anySatisfy(exposure -> {
          assertThat(exposure.time()).isEqualTo("2017-01-02T13:42:41.406986Z");
          assertThat(exposure.subject()).isEqualTo("sZ7RqIhezb5pCOqKwjz-Yw");
        });
    JsonObject experiment = platform.experiments.get("landing-page");
    assertThat(experiment.getBoolean("assigned_elsewhere")).isTrue();
    assertThat(experiment.getInt("planned_subjects")).isEqualTo(LANDING_PAGE_ROWS);
    assertThat(experiment.getString("control")).isEqualTo("control");
    assertThat(experiment.getJsonArray("guardrails").toString())
        .isEqualTo("[{\"metric\":\"converted\",\"margin\":0}]");
    assertThat(platform.metrics.get("converted").getString("kind")).isEqualTo("proportion");
    Ran second = landingPage();
    assertThat(second.code()).as(second.err()).isZero();
    assertTable(second);
    assertThat(platform.exposureRecords).hasSize(2 * LANDING_PAGE_ROWS);
    assertThat(platform.exposureIds()).hasSize(LANDING_PAGE_ROWS);
  }

  @Test
  void a_platform_that_stumbles_still_gets_every_row_once() throws IOException {
    platform.faults =
        request ->
            switch (request) {
              case 1, 2, 3, 40 -> FakePlatform.Fault.UNAVAILABLE;
              case 20, 21 -> FakePlatform.Fault.DROP_BEFORE;
              case 60, 90 -> FakePlatform.Fault.DROP_AFTER;
              default -> FakePlatform.Fault.NONE;
            };
    Ran ran = small(rows(1000), "--json", "--batch", "10");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.json().getInt("accepted")).isEqualTo(1000);
    assertThat(platform.exposureIds()).hasSize(1000);
    // Two batches were kept although their answers were lost: 20 rows arrived twice.
    assertThat(ran.json().getInt("duplicates")).isEqualTo(20);
    assertThat(ran.err()).contains("waiting for").contains("stream_unavailable");
    assertThat(time.pauses()).contains(Duration.ofSeconds(3));
  }

  @Test
  void a_broken_replay_continues_where_it_stopped() {
    platform.faults =
        request -> request > 50 ? FakePlatform.Fault.UNAVAILABLE : FakePlatform.Fault.NONE;
    Ran broken = landingPage("--json");
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.out()).isEmpty();
    assertThat(broken.err()).contains("did not answer for 120 s").contains("same command");
    assertThat(platform.exposureRecords).hasSize(25_000);

    platform.faults = _ -> FakePlatform.Fault.NONE;
    int before = platform.batchRequests();
    Ran resumed = landingPage("--json");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("continuing after 25,000 of 57,828 rows");
    assertLandingPage(resumed.json());
    assertThat(resumed.json().getInt("duplicates")).isZero();
    assertThat(platform.batchRequests() - before).isEqualTo(66);
    assertThat(platform.exposureRecords).hasSize(LANDING_PAGE_ROWS);
  }

  @Test
  void restart_and_another_platform_begin_anew() throws IOException {
    platform.faults =
        request -> request > 2 ? FakePlatform.Fault.UNAVAILABLE : FakePlatform.Fault.NONE;
    small(rows(40), "--batch", "10", "--concurrency", "1");
    platform.faults = _ -> FakePlatform.Fault.NONE;
    Ran restarted = small(rows(40), "--batch", "10", "--restart", "--json");
    assertThat(restarted.json().getInt("duplicates")).isEqualTo(20);

    platform.close();
    platform = platform();
    Ran elsewhere = small(rows(40), "--json");
    assertThat(elsewhere.json().getInt("accepted")).isEqualTo(40);
    assertThat(platform.exposureRecords).hasSize(40);
  }

  @Test
  void a_wiped_platform_at_the_same_place_gets_everything() throws IOException {
    platform.faults =
        request -> request > 2 ? FakePlatform.Fault.UNAVAILABLE : FakePlatform.Fault.NONE;
    small(rows(40), "--batch", "10", "--concurrency", "1");
    platform.faults = _ -> FakePlatform.Fault.NONE;
    platform.experiments.clear();
    platform.statuses.clear();
    platform.exposureRecords.clear();
    platform.outcomeRecords.clear();
    Ran again = small(rows(40), "--json");
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(platform.exposureRecords).hasSize(40);
  }

  @Test
  void an_interrupted_replay_keeps_its_progress_and_says_how_to_go_on() throws IOException {
    Thread main = Thread.currentThread();
    platform.afterBatch =
        () -> {
          if (platform.batchRequests() == 3) {
            main.interrupt();
          }
        };
    Ran interrupted = small(rows(2000), "--batch", "10", "--concurrency", "1");
    Thread.interrupted();
    assertThat(interrupted.code()).isEqualTo(130);
    assertThat(interrupted.err()).contains("interrupted").contains("same command");
    assertThat(interrupted.out()).isEmpty();

    platform.afterBatch = () -> {};
    Ran resumed = small(rows(2000), "--json");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("continuing after");
    assertThat(resumed.json().getInt("accepted")).isEqualTo(2000);
    assertThat(platform.exposureIds()).hasSize(2000);
  }

  @Test
  void ids_do_not_depend_on_batches_resumption_or_place() throws IOException {
    String csv = rows(30) + "u0,1483000000,a,0\nu0,1483000000,a,0\n";
    small(csv, "--batch", "7", "--json");
    Set<UUID> first = new TreeSet<>(platform.exposureIds());
    assertThat(first).hasSize(32);
    platform.close();
    platform = platform();
    platform.faults =
        request -> request > 2 ? FakePlatform.Fault.UNAVAILABLE : FakePlatform.Fault.NONE;
    small(csv.replace("\n", "\r\n"), "--batch", "8", "--concurrency", "1");
    platform.faults = _ -> FakePlatform.Fault.NONE;
    small(csv.replace("\n", "\r\n"), "--batch", "5");
    assertThat(platform.exposureIds()).isEqualTo(first);
  }

  @Test
  void the_report_waits_until_the_platform_has_folded_the_receipt() throws IOException {
    platform.resultsUntilFolded = 4;
    Ran ran = small(rows(20), "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(time.pauses()).hasSize(4);
  }

  @Test
  void a_platform_that_folds_nothing_more_is_reported() throws IOException {
    platform.stuck = true;
    Ran ran = small(rows(20));
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("folded nothing more");
    platform.stuck = false;
    int requests = platform.batchRequests();
    Ran again = small(rows(20), "--json");
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(platform.batchRequests()).isEqualTo(requests);
    assertThat(again.json().getInt("accepted")).isEqualTo(20);
  }

  @Test
  void a_collector_behind_the_commands_is_given_time() throws IOException {
    platform.batchesUntilKnown = 3;
    Ran ran = small(rows(20), "--json", "--concurrency", "1");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.json().getInt("accepted")).isEqualTo(20);
    assertThat(ran.json().getInt("rejected")).isZero();
  }

  @Test
  void rejected_rows_are_counted_named_and_fail_the_run() throws IOException {
    platform.rejectOutcome = outcome -> outcome.getInt("value") == 2;
    Ran ran = small(rows(30), "--json", "--metric", "money");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.json().getInt("rejected")).isEqualTo(10);
    assertThat(ran.json().getInt("accepted")).isEqualTo(20);
    assertThat(ran.err()).contains("line 4: outcome rejected, invalid_value: because");
    assertThat(ran.err().lines().filter(line -> line.contains("rejected, invalid_value")))
        .hasSize(5);
    assertThat(platform.metrics.get("money").getString("kind")).isEqualTo("mean");
  }

  @Test
  void ragged_and_unreadable_rows_are_reported_with_their_line() throws IOException {
    Ran ran =
        small(
            """
            who,at,arm,y
            u1,2017-01-02,a,1
            u2,2017-01-02,b

            u3,yesterday,b,1
            ,2017-01-02,b,1
            "u
            4",2017-01-02,b,lots
            u5,2017-01-02,b,0
            """,
            "--json");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .contains("line 3: left out, 3 cells, but the header has 4")
        .contains("line 5: left out, at \"yesterday\" is not a time")
        .contains("line 6: left out, who is empty")
        .contains("line 8: left out, y \"lots\" is not a number");
    assertThat(ran.json().getInt("rows")).isEqualTo(6);
    assertThat(ran.json().getInt("accepted")).isEqualTo(2);
    assertThat(ran.json().getInt("rejected")).isEqualTo(4);
  }

  @Test
  void a_missing_column_is_answered_with_the_columns() throws IOException {
    Ran ran = small("who,when,arm,y\nu,1,a,1\n");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("has no column \"at\"; its columns are: who, when, arm, y");
  }

  @Test
  void hostile_files_are_refused_before_anything_is_sent() throws IOException {
    assertThat(small("").err()).contains("is empty");
    assertThat(small("who,at,arm,y\n").err()).contains("has a header but no rows");
    assertThat(small("who,at,arm,y\nu,1,a,1\n\"u,1,b,1\n").err()).contains("not readable as CSV");
    assertThat(small("who,who,at,arm,y\nu,u,1,a,1\n").err()).contains("more than one column");
    assertThat(small("who,at,arm,y\nu,1,a,1\nv,1,a,0\n").err()).contains("at least two arms");
    assertThat(small("who,at,arm,y\nu,x,a,1\n").err()).contains("no row that can be sent");
    Files.write(folder.resolve("latin.csv"), new byte[] {'w', (byte) 0xE9, '\n'});
    assertThat(
            run(
                    folder.resolve("latin.csv"),
                    "--subject",
                    "w",
                    "--time",
                    "t",
                    "--variant",
                    "v",
                    "--outcome",
                    "o")
                .err())
        .contains("is not UTF-8");
    assertThat(platform.experiments).isEmpty();
    assertThat(platform.batchRequests()).isZero();
  }

  @Test
  void byte_order_mark_quotes_semicolons_and_zones_are_understood() throws IOException {
    Ran ran =
        small(
            "\uFEFFwho;at;arm;y;note\r\n"
                + "\"Ann; \"\"the\"\" first\";2017-01-02T13:00:00+02:00;New Page;TRUE;\"a\r\n"
                + "b\"\r\n"
                + "Bob;1483358400000;Old Page;0;\r\n",
            "--json",
            "--control",
            "Old Page");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(platform.exposureRecords)
        .extracting(exposure -> exposure.variant() + "@" + exposure.time())
        .containsExactly("new-page@2017-01-02T11:00:00Z", "old-page@2017-01-02T12:00:00Z");
    assertThat(platform.exposureRecords.getFirst().subject())
        .isEqualTo(EventIds.hashedSubject("production", "user_id", "Ann; \"the\" first"));
    assertThat(platform.experiments.get("small").getString("control")).isEqualTo("old-page");
  }

  @Test
  void three_arms_get_thirds_and_comparisons() throws IOException {
    String csv = rows(30).replace("3,a,", "3,c,").replace("6,a,", "6,c,");
    Ran ran = small(csv, "--json", "--no-guardrail", "--lower-is-better");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(platform.experiments.get("small").getJsonArray("variants").toString())
        .isEqualTo(
            "[{\"key\":\"a\",\"share\":0.333333},{\"key\":\"b\",\"share\":0.333333},"
                + "{\"key\":\"c\",\"share\":0.333334}]");
    assertThat(ran.json().getJsonArray("comparisons")).hasSize(2);
    assertThat(platform.experiments.get("small").getJsonArray("guardrails")).isEmpty();
    assertThat(platform.metrics.get("y").getString("direction")).isEqualTo("lower_is_better");
  }

  @Test
  void given_shares_must_name_every_arm_and_sum_to_one() throws IOException {
    assertThat(small(rows(4), "--share", "a=0.9", "--share", "b=0.1").code()).isZero();
    assertThat(small(rows(4), "--share", "a=0.9", "--share", "b=0.2").code()).isEqualTo(2);
    assertThat(small(rows(4), "--share", "a=1").code()).isEqualTo(2);
    assertThat(small(rows(4), "--share", "a=0.5", "--share", "z=0.5").err())
        .contains("there is no arm \"z\"");
    assertThat(small(rows(4), "--share", "a=half").code()).isEqualTo(2);
  }

  @Test
  void the_same_file_as_a_second_experiment_counts_each_outcome_once_in_both() throws IOException {
    JsonObject first = small(rows(30), "--json").json();
    Ran second = small(rows(30), "--json", "--experiment", "again");
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(second.json().get("variants")).isEqualTo(first.get("variants"));
    assertThat(second.json().getInt("duplicates")).isZero();
    assertThat(small(rows(30), "--json").json().get("variants")).isEqualTo(first.get("variants"));
  }

  @Test
  void a_segment_with_too_many_values_is_refused() throws IOException {
    Ran ran = small(rows(60), "--segment", "who");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("\"who\" has more than 50 different values (line 52");
  }

  @Test
  void an_experiment_that_does_not_fit_is_refused() throws IOException {
    small(rows(4));
    assertThat(small(rows(4), "--metric", "other").err()).contains("it measures [y]");
    assertThat(small(rows(4), "--control", "b").err()).contains("its control is \"a\"");
    assertThat(small(rows(4), "--unit", "device_id").err()).contains("its unit is \"user_id\"");
    assertThat(small(rows(4).replace(",a,", ",q,")).err()).contains("does not fit");
  }

  @Test
  void a_killed_experiment_can_be_replayed_again() throws IOException {
    small(rows(20));
    platform.statuses.put("small", "killed");
    Ran ran = small(rows(20), "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.json().getString("status")).isEqualTo("killed");
    assertThat(ran.json().getInt("duplicates")).isEqualTo(20);
  }

  @Test
  void a_wrong_token_or_no_token_is_said_so() throws IOException {
    Files.writeString(folder.resolve("token"), "trl_wrong_one");
    Ran wrong = small(rows(4));
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).contains("refuses the token").contains("--token-file");
    Files.delete(folder.resolve("token"));
    assertThat(small(rows(4)).err()).contains("cannot read the token");
  }

  @Test
  void bad_usage_exits_with_two_and_help_with_zero() throws IOException {
    assertThat(execute().code()).isEqualTo(2);
    assertThat(execute("--help").out()).contains("--subject").contains("--no-guardrail");
    assertThat(execute("--help").code()).isZero();
    assertThat(small(rows(4), "--batch", "501").code()).isEqualTo(2);
    assertThat(small(rows(4), "--experiment", "My Test").err()).contains("try \"my-test\"");
    assertThat(small(rows(4), "--url", "ftp://x").code()).isEqualTo(2);
    assertThat(
            execute(
                    "/nowhere.csv",
                    "--subject",
                    "a",
                    "--time",
                    "b",
                    "--variant",
                    "c",
                    "--outcome",
                    "d")
                .code())
        .isEqualTo(2);
  }
}
