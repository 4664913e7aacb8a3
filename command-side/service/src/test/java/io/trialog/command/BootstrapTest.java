package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.http.AccessTokens;
import io.trialog.http.Caller;
import io.trialog.language.Grant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapTest {
  @TempDir Path folder;

  private CommandSide side;
  private Bootstrap bootstrap;
  private Path file;

  @BeforeEach
  void open() {
    side = CommandSide.open(folder);
    bootstrap = new Bootstrap(side.desk(), side.log());
    file = folder.resolve("admin.token");
  }

  @AfterEach
  void close() {
    side.close();
  }

  @Test
  void an_empty_platform_gets_an_admin_token_that_only_its_owner_can_read() throws IOException {
    String token = bootstrap.issueAdminToken(file).orElseThrow();

    assertThat(Files.readString(file).strip()).isEqualTo(token);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Caller caller = new AccessTokens(side.log()).caller(token).orElseThrow();
    assertThat(caller.may(Set.of(), Grant.EVERYWHERE)).isTrue();
  }

  @Test
  void a_second_start_issues_nothing() throws IOException {
    bootstrap.issueAdminToken(file);

    assertThat(bootstrap.issueAdminToken(file)).isEmpty();
    assertThat(side.log().read(0, 10)).hasSize(1);
  }

  @Test
  void a_file_that_is_gone_is_replaced_by_another_token_and_the_log_says_so() throws IOException {
    String first = bootstrap.issueAdminToken(file).orElseThrow();
    Files.delete(file);

    String second = bootstrap.issueAdminToken(file).orElseThrow();

    assertThat(second).isNotEqualTo(first);
    AccessTokens tokens = new AccessTokens(side.log());
    assertThat(tokens.caller(first)).isPresent();
    assertThat(tokens.caller(second)).isPresent();
    assertThat(
            new String(
                side.log().read(0, 10).getLast().metadata(),
                java.nio.charset.StandardCharsets.UTF_8))
        .contains("file was gone");
  }

  @Test
  void a_file_without_its_event_is_replaced_while_the_log_is_empty() throws IOException {
    Files.writeString(file, "trl_from_a_crash");

    String token = bootstrap.issueAdminToken(file).orElseThrow();

    assertThat(Files.readString(file).strip()).isEqualTo(token);
  }
}
