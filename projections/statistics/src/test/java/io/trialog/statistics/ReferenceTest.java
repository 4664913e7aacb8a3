package io.trialog.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Against scipy, numpy and mpmath; the file is made by src/test/python/reference.py. */
class ReferenceTest {
  private static final String FILE = "/io/trialog/statistics/reference.csv";

  @ParameterizedTest(name = "{index} {0}")
  @CsvFileSource(resources = FILE, delimiter = ';', maxCharsPerColumn = 20_000)
  void agrees_with_the_independent_tool(
      String function, String arguments, double expected, double tolerance) {
    double found = evaluate(function, List.of(arguments.split(" ")));
    assertThat(Math.abs(found - expected))
        .as("%s(%.80s): expected %s, found %s", function, arguments, expected, found)
        .isLessThanOrEqualTo(tolerance * Math.abs(expected) + 1e-17);
  }

  @Test
  void the_file_covers_every_function() throws IOException {
    try (InputStream in = ReferenceTest.class.getResourceAsStream(FILE)) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertThat(lines).hasSizeGreaterThan(200);
      assertThat(lines.stream().map(line -> line.split(";")[0]).collect(Collectors.toSet()))
          .hasSize(18);
    }
  }

  private static double evaluate(String function, List<String> words) {
    return switch (function) {
      case "log_gamma" -> Gamma.log(number(words, 0));
      case "log_beta" -> Gamma.logBeta(number(words, 0), number(words, 1));
      case "log_normal_cdf" -> Normal.logCdf(number(words, 0));
      case "normal_upper_quantile" -> Normal.upperQuantile(number(words, 0));
      case "log_incomplete_beta" ->
          IncompleteBeta.log(
              number(words, 0), number(words, 1), number(words, 2), 1 - number(words, 2));
      case "student_upper_quantile" -> StudentT.upperQuantile(number(words, 0), number(words, 1));
      case "chi_square_tail" -> Gamma.chiSquareTail(number(words, 0), (int) number(words, 1));
      case "mean" -> moments(words).mean().orElseThrow();
      case "variance" -> moments(words).variance().orElseThrow();
      case "skewness" -> moments(words).skewness().orElseThrow();
      case "lift_low" -> lift(words, Lift.Interval::low);
      case "lift_high" -> lift(words, Lift.Interval::high);
      case "lift_df" -> lift(words, Lift.Interval::degreesOfFreedom);
      case "srm_log_bf" -> sampleRatio(words).logBayesFactor();
      case "srm_chi_square_p" -> sampleRatio(words).chiSquareP();
      case "mixture_log_e" ->
          NormalMixture.logE(number(words, 0), number(words, 1), number(words, 2));
      case "z_boundary" -> NormalMixture.zBoundary(number(words, 0), number(words, 1), 1);
      case "beta_binomial_log_e" ->
          BetaBinomial.logE(number(words, 0), number(words, 1), number(words, 2));
      default -> throw new AssertionError("No function " + function);
    };
  }

  private static double number(List<String> words, int index) {
    return Double.parseDouble(words.get(index));
  }

  private static Moments moments(List<String> words) {
    Moments moments = Moments.EMPTY;
    for (String value : words.getFirst().split(",")) {
      moments = moments.with(new BigDecimal(value));
    }
    return moments;
  }

  private static double lift(List<String> words, ToDoubleFunction<Lift.Interval> part) {
    Moments control =
        Moments.of(Long.parseLong(words.get(0)), number(words, 1), number(words, 2), 0);
    Moments treatment =
        Moments.of(Long.parseLong(words.get(3)), number(words, 4), number(words, 5), 0);
    if (!(Lift.between(control, treatment, number(words, 6)) instanceof Lift.Interval interval)) {
      throw new AssertionError("No interval for " + words);
    }
    assertThat(interval.method().code()).isEqualTo(words.get(7));
    return part.applyAsDouble(interval);
  }

  private static SampleRatio.Reading sampleRatio(List<String> words) {
    List<Long> counts = Stream.of(words.get(0).split(",")).map(Long::valueOf).toList();
    List<Double> shares = Stream.of(words.get(1).split(",")).map(Double::valueOf).toList();
    List<SampleRatio.Cell> cells = new ArrayList<>();
    for (int i = 0; i < counts.size(); i++) {
      cells.add(new SampleRatio.Cell(counts.get(i), shares.get(i)));
    }
    return SampleRatio.read(cells);
  }
}
