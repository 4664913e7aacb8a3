package io.trialog.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A skipped test proves nothing and looks as if it did. */
class NoSkippedTestTest {
  private static final Pattern SKIPPED = Pattern.compile("<skipped\\b");
  private static final Pattern SKIPPING =
      Pattern.compile(
          "@Disabled|@Ignore\\b|\\bassume(True|False|That)\\(|Assumptions\\.|abort\\(\"");

  @Test
  void no_test_of_this_build_was_skipped() throws IOException {
    List<String> skipped = new ArrayList<>();
    for (Path report : House.testReports()) {
      if (SKIPPED.matcher(Files.readString(report)).find()) {
        skipped.add(report.getFileName().toString());
      }
    }
    assertThat(skipped).isEmpty();
  }

  @Test
  void no_source_knows_how_to_skip_a_test() throws IOException {
    List<String> skipping = new ArrayList<>();
    for (Path source : House.javaSources()) {
      if (!source.endsWith("NoSkippedTestTest.java")
          && SKIPPING.matcher(Files.readString(source)).find()) {
        skipping.add(House.root().relativize(source).toString());
      }
    }
    assertThat(skipping).isEmpty();
  }
}
