package io.trialog.language.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.AccessEvent.TokenRevoked;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names of classes are no part of the log: whoever moves or renames one changes no stored byte. */
public class NamesInTheLogTest {
  /** {@link TokenRevoked} as it may be called one day. */
  public record TokenTakenBack(String token) {}

  @Test
  void every_name_and_version_that_was_ever_written_is_still_known() throws Exception {
    for (Path file : goldenFiles()) {
      String[] nameAndVersion = file.getFileName().toString().replace(".json", "").split("-");
      EventType type = EventType.ofName(nameAndVersion[0]);
      int version = Integer.parseInt(nameAndVersion[1]);
      assertThat(version).as("%s", file).isBetween(1, type.version());
      assertThat(EventCodec.decode(type, version, Files.readAllBytes(file)))
          .isInstanceOf(type.type());
    }
  }

  @Test
  void no_stored_event_names_a_class() throws Exception {
    List<Path> files = goldenFiles();
    assertThat(files).hasSizeGreaterThanOrEqualTo(EventType.values().length);
    for (Path file : files) {
      assertThat(Files.readString(file)).as("%s", file).doesNotContain("io.trialog", "class");
    }
  }

  /** A class of another name and place, in the row of an event: the same bytes. */
  @Test
  void the_bytes_of_an_event_come_from_its_components_alone() {
    byte[] stored = JsonCodec.encode(new TokenRevoked("t1"));
    assertThat(new String(stored, StandardCharsets.UTF_8)).isEqualTo("{\"token\":\"t1\"}");
    assertThat(JsonCodec.encode(new TokenTakenBack("t1"))).isEqualTo(stored);
    assertThat(JsonCodec.decode(stored, TokenTakenBack.class)).isEqualTo(new TokenTakenBack("t1"));
  }

  private static List<Path> goldenFiles() throws IOException, URISyntaxException {
    URL folder = Objects.requireNonNull(NamesInTheLogTest.class.getResource("/golden"));
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }
}
