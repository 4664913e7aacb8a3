package io.trialog.benchmarks.assignment;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Another SDK in its local mode, with the experiments and users of {@link Market}. */
interface Peer extends AutoCloseable {
  /** The variant of one experiment for one user; contexts are made before. */
  String variant(String experiment, int user);

  @Override
  void close();

  /** The template for each experiment, with commas between; {@code KEY} is its key. */
  static String forEach(String template) {
    return IntStream.range(0, Market.EXPERIMENTS)
        .mapToObj(i -> template.replace("KEY", Market.experiment(i)))
        .collect(Collectors.joining(","));
  }
}
