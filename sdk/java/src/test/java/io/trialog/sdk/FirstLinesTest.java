package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Overrides;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of the READMEs, which stand here between their marks, compile and do what is said. */
@Timeout(60)
class FirstLinesTest {
  private static final Path ROOT = Path.of(System.getProperty("trialog.root"));

  record Rider(String id, String country) {}

  private final StringBuilder page = new StringBuilder();

  private void render(String variant) {
    page.append(variant).append(' ');
  }

  private static boolean showCheckout(Trialog trialog) {
    Context context = Context.of("user_id", "u1");
    boolean green = trialog.evaluate("checkout", context, "control").variant().equals("treatment");
    trialog.track(context, "seen", 1);
    return green && trialog.flag("new-map", context, false);
  }

  @Test
  void the_first_ten_lines() throws Exception {
    Map<String, String> env = new HashMap<>();
    Rider user = new Rider("u1", "DE");
    try (FakePlatform platform = new FakePlatform().started()) {
      platform.publish(10, Status.RUNNING);
      env.put("TRIALOG_URL", platform.url().toString());
      env.put("TRIALOG_TOKEN", FakePlatform.TOKEN);
      env.put("TRIALOG_KEY", platform.signer.verifierKey().toString());
      // README first
      TrialogClient trialog =
          TrialogClient.builder()
              .baseUrl(URI.create(env.get("TRIALOG_URL")))
              .token(env.get("TRIALOG_TOKEN"))
              .environment("production")
              .verifierKey(env.get("TRIALOG_KEY"))
              .surface("web")
              .segments("country")
              .build();
      trialog.awaitReady(Duration.ofSeconds(2));
      Context context =
          Context.of("user_id", user.id())
              .with("country", user.country())
              .with("age", 34)
              .with("segments", Set.of("beta"));
      Decision decision = trialog.evaluate("checkout", context, "control"); // an exposure
      render(decision.variant());
      trialog.track(context, "converted", 1);
      boolean newMap = trialog.flag("new-map", context, false); // flags make no exposures
      // README end
      assertThat(newMap).isFalse();
      assertThat(decision.assigned()).isTrue();
      assertThat(page.toString()).isEqualTo(decision.variant() + " ");
      // README variant
      boolean green =
          trialog.variant("checkout", context, "control").equals("treatment"); // exposed, too
      // README end
      assertThat(green).isEqualTo(decision.variant().equals("treatment"));
      // README override
      trialog.override(
          Overrides.none().with("checkout", "tester-7", "treatment").withAll("search", "control"));
      // README end
      assertThat(trialog.evaluate("checkout", Context.of("user_id", "tester-7"), "f").variant())
          .isEqualTo("treatment");
      trialog.close();
      assertThat(trialog.counters().eventsAccepted()).isEqualTo(2);
    }
  }

  @Test
  void disk(@TempDir Path folder) throws Exception {
    try (FakePlatform platform = new FakePlatform().started()) {
      platform.publish(10, Status.RUNNING);
      Files.writeString(
          folder.resolve("bootstrap.note"), platform.note(3, FakePlatform.banner(true)));
      TrialogClient.Builder builder = platform.client();
      // README disk
      builder
          .cacheFolder(folder.resolve("snapshots"))
          .queueFolder(folder.resolve("events"))
          .bootstrap(folder.resolve("bootstrap.note"));
      // README end
      try (TrialogClient trialog = builder.build()) {
        assertThat(trialog.snapshot()).isPresent();
        Await.until("the folder", () -> trialog.counters().queueFolder().keeping());
        Await.until("newer", () -> trialog.snapshot().orElseThrow().position() == 10);
      }
    }
  }

  @Test
  void testing() {
    // README testing
    TestClient trialog = new TestClient().assign("checkout", "treatment").setFlag("new-map", true);
    assertThat(showCheckout(trialog)).isTrue();
    assertThat(trialog.exposures()).hasSize(1);
    assertThat(trialog.outcomes().get(0).metric()).isEqualTo("seen");
    trialog.kill("checkout");
    assertThat(showCheckout(trialog)).isFalse();
    // README end
  }

  @ParameterizedTest
  @ValueSource(strings = {"sdk/README.md", "sdk/java/README.md"})
  void the_java_of_a_readme_stands_here_word_for_word(String readme) throws IOException {
    Set<String> mine = Set.copyOf(passages());
    List<String> theirs = javaOf(Files.readString(ROOT.resolve(readme)));
    assertThat(theirs).isNotEmpty();
    assertThat(theirs).allSatisfy(lines -> assertThat(mine).contains(lines));
  }

  private static List<String> passages() throws IOException {
    String source =
        Files.readString(ROOT.resolve("sdk/java/src/test/java/io/trialog/sdk/FirstLinesTest.java"));
    return matches("(?s) +// README [a-z]+\n(.*?)\n +// README end\n", source);
  }

  private static List<String> javaOf(String markdown) {
    return matches("(?s)```java\n(.*?)\n```", markdown);
  }

  private static List<String> matches(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return Stream.generate(() -> matcher.find() ? matcher.group(1).stripIndent().strip() : "")
        .takeWhile(found -> !found.isEmpty())
        .toList();
  }
}
