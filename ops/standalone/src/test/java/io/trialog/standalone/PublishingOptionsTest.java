package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.projections.PublisherSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PublishingOptionsTest {
  @TempDir Path folder;

  private static PublisherSettings of(String... arguments) {
    return CommandLine.populateCommand(new PublishingOptions(), arguments).settings();
  }

  @Test
  void nothing_said_is_nothing_published() {
    assertThat(of()).isEqualTo(PublisherSettings.NONE);
  }

  @Test
  void places_and_a_password_from_a_file_are_read() throws Exception {
    Path password = Files.writeString(folder.resolve("password"), "sesame\n");
    PublisherSettings settings =
        of(
            "--redis=redis://cache:7000/2",
            "--redis-password-file=" + password,
            "--snapshot-files=" + folder.resolve("x/../public"));
    assertThat(settings.redis().password()).isEqualTo("sesame");
    assertThat(settings.redis().port()).isEqualTo(7000);
    assertThat(settings.files()).isEqualTo(folder.resolve("public"));
    assertThat(settings.toString()).contains("cache:7000").doesNotContain("sesame");
  }

  @Test
  void what_cannot_be_is_said_without_its_secret() {
    assertThatThrownBy(() -> of("--redis=redis://u:sesame@cache"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TRIALOG_REDIS_PASSWORD")
        .hasMessageNotContaining("sesame");
    assertThatThrownBy(() -> of("--redis-password-file=x")).hasMessageContaining("needs --redis");
    assertThatThrownBy(
            () -> of("--redis=redis://cache", "--redis-password-file=" + folder.resolve("none")))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("password of Redis");
  }
}
