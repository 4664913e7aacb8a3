package io.trialog.gates;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Formatting is a machine's job; {@code ops/bin/format} does it. */
class FormatTest {
  private final Formatter formatter = new Formatter();

  @Test
  void every_source_is_formatted() throws IOException, FormatterException {
    List<Path> unformatted = new ArrayList<>();
    boolean apply = Boolean.getBoolean("trialog.format");
    for (Path source : House.javaSources()) {
      String text = Files.readString(source);
      String formatted = format(text);
      if (!formatted.equals(text)) {
        if (apply) {
          Files.writeString(source, formatted);
        } else {
          unformatted.add(House.root().relativize(source));
        }
      }
    }
    assertThat(unformatted).as("sources to be formatted by ops/bin/format").isEmpty();
  }

  private String format(String text) throws FormatterException {
    String imports = RemoveUnusedImports.removeUnusedImports(text);
    return formatter.formatSource(
        ImportOrderer.reorderImports(imports, JavaFormatterOptions.Style.GOOGLE));
  }
}
