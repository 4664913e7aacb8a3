package io.trialog.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTimeTest {

  @ParameterizedTest
  @CsvSource({
    "2017-01-02 13:42:41.406986, 2017-01-02T13:42:41.406986Z",
    "2017-01-02 13:42:41, 2017-01-02T13:42:41Z",
    "2017-01-02 13:42, 2017-01-02T13:42:00Z",
    "2017-01-02T13:42:41, 2017-01-02T13:42:41Z",
    "2017-01-02t13:42:41z, 2017-01-02T13:42:41Z",
    "2017-01-02T13:42:41.5Z, 2017-01-02T13:42:41.500Z",
    "2017-01-02T13:42:41+05:30, 2017-01-02T08:12:41Z",
    "2017-01-02T13:42:41-0800, 2017-01-02T21:42:41Z",
    "2017-01-02 13:42:41+00, 2017-01-02T13:42:41Z",
    "2017-01-02 13:42:41 +01:00, 2017-01-02T12:42:41Z",
    "2017-01-02, 2017-01-02T00:00:00Z",
    "'  2017-01-02  ', 2017-01-02T00:00:00Z",
    "2016-02-29, 2016-02-29T00:00:00Z",
    "1483364561, 2017-01-02T13:42:41Z",
    "1483364561.406986, 2017-01-02T13:42:41.406986Z",
    "1483364561406, 2017-01-02T13:42:41.406Z",
    "1483364561406.986, 2017-01-02T13:42:41.406986Z",
    "0, 1970-01-01T00:00:00Z",
    "-1.5, 1969-12-31T23:59:58.500Z",
  })
  void known_forms_are_read(String text, Instant expected) {
    assertThat(EventTime.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "2017-02-29",
        "2017-13-01",
        "02/01/2017",
        "2017-01-02 25:00:00",
        "2017-01-02T13:42:41 Europe/Berlin",
        "2017-01-02T",
        "2017-01-0213:42:41",
        "2017-01-02T 13:42:41",
        "1483364561406986",
        "1e9",
        "NaN",
        "+99999-01-01",
        "2017-01-02 13:42:41 x",
        "٢٠١٧-٠١-٠٢"
      })
  void anything_else_is_not_a_time(String text) {
    assertThatThrownBy(() -> EventTime.parse(text)).isInstanceOf(DateTimeException.class);
  }
}
