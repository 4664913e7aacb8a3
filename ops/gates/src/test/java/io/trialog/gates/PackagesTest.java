package io.trialog.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every package says what lives in it, and is checked for nulls. */
class PackagesTest {
  @Test
  void every_package_of_the_product_is_described_and_null_marked() throws IOException {
    Set<Path> packages =
        House.javaSources().stream()
            .filter(source -> source.toString().contains("/src/main/java/"))
            .map(Path::getParent)
            .collect(Collectors.toSet());
    assertThat(packages).isNotEmpty();
    List<Path> undescribed = packages.stream().filter(folder -> !described(folder)).toList();
    assertThat(undescribed).isEmpty();
  }

  private static boolean described(Path folder) {
    Path info = folder.resolve("package-info.java");
    try {
      String text = Files.exists(info) ? Files.readString(info) : "";
      return text.startsWith("/**") && text.contains("@NullMarked");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
