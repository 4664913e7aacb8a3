package io.trialog.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventIdsTest {

  private static final RowDigest ROW = EventIds.rowDigest(List.of("688937", "treatment", "0"));

  /**
   * From an independent implementation: {@code p=lambda s:struct.pack('>i',len(s))+s;
   * row=sha256(p(b'688937')+p(b'treatment')+p(b'0')).digest()[:16];
   * d=sha256(p(b'trialog-replay')+p(b'exposure')+p(b'checkout')+row+struct.pack('>i',0)).digest()},
   * then version 8 and variant 10 set by hand in the first 16 bytes.
   */
  @Test
  void an_exposure_id_is_the_one_that_another_program_computes() {
    assertThat(EventIds.exposure("checkout", ROW, 0))
        .isEqualTo(UUID.fromString("77af291d-1b03-8e05-a371-ba4a691d3e7c"));
    assertThat(EventIds.outcome("sZ7RqIhezb5pCOqKwjz-Yw", "converted", ROW, 1))
        .isEqualTo(UUID.fromString("f7e1acc0-7216-8eec-876e-6fe02dc9854e"));
  }

  @Test
  void ids_are_version_8_of_the_ietf_variant() {
    for (int ordinal = 0; ordinal < 100; ordinal++) {
      UUID id = EventIds.exposure("checkout", ROW, ordinal);
      assertThat(id.version()).isEqualTo(8);
      assertThat(id.variant()).isEqualTo(2);
    }
  }

  @Test
  void every_part_of_the_name_counts() {
    assertThat(
            List.of(
                EventIds.exposure("checkout", ROW, 0),
                EventIds.exposure("checkout", ROW, 1),
                EventIds.exposure("checkout2", ROW, 0),
                EventIds.exposure("checkout", EventIds.rowDigest(List.of("688937treatment0")), 0),
                EventIds.exposure(
                    "checkout", EventIds.rowDigest(List.of("688937", "treatment0", "")), 0),
                EventIds.outcome("s", "converted", ROW, 0),
                EventIds.outcome("t", "converted", ROW, 0),
                EventIds.outcome("s", "revenue", ROW, 0)))
        .doesNotHaveDuplicates();
  }

  /** {@code b64url(sha256(b'trialog:production:user_id:688937')[:16])} by Python. */
  @Test
  void a_hashed_subject_is_the_one_of_the_sdks() {
    assertThat(EventIds.hashedSubject("production", "user_id", "688937"))
        .isEqualTo("sZ7RqIhezb5pCOqKwjz-Yw");
    assertThat(EventIds.hashedSubject("staging", "user_id", "688937"))
        .hasSize(22)
        .isNotEqualTo("sZ7RqIhezb5pCOqKwjz-Yw");
  }
}
