-- Sums of the experiments, for H2 and PostgreSQL. Only ever added to, by one writer, together with the
-- offsets of what was added: a delivery that comes again adds nothing.
--
-- Decimals: values have 6 decimals, so cubes have 18; a sum of cubes may need 70 digits.

CREATE TABLE IF NOT EXISTS metrics_total (
  experiment VARCHAR(64) NOT NULL,
  epoch INTEGER NOT NULL,
  variant VARCHAR(64) NOT NULL,
  segment VARCHAR(128) NOT NULL,
  metric VARCHAR(64) NOT NULL,
  n BIGINT NOT NULL,
  with_outcome BIGINT NOT NULL,
  s1 NUMERIC(100, 18) NOT NULL,
  s2 NUMERIC(100, 18) NOT NULL,
  s3 NUMERIC(100, 18) NOT NULL,
  u1 NUMERIC(100, 18) NOT NULL,
  u2 NUMERIC(100, 18) NOT NULL,
  two_arms BIGINT NOT NULL,
  dup_exposures BIGINT NOT NULL,
  dup_outcomes BIGINT NOT NULL,
  late BIGINT NOT NULL,
  PRIMARY KEY (experiment, segment, epoch, variant, metric)
);

-- Over time: everybody only (no segments), in panes of ten seconds of event time.
CREATE TABLE IF NOT EXISTS metrics_pane (
  experiment VARCHAR(64) NOT NULL,
  metric VARCHAR(64) NOT NULL,
  pane BIGINT NOT NULL,
  epoch INTEGER NOT NULL,
  variant VARCHAR(64) NOT NULL,
  n BIGINT NOT NULL,
  with_outcome BIGINT NOT NULL,
  s1 NUMERIC(100, 18) NOT NULL,
  s2 NUMERIC(100, 18) NOT NULL,
  s3 NUMERIC(100, 18) NOT NULL,
  u1 NUMERIC(100, 18) NOT NULL,
  u2 NUMERIC(100, 18) NOT NULL,
  two_arms BIGINT NOT NULL,
  dup_exposures BIGINT NOT NULL,
  dup_outcomes BIGINT NOT NULL,
  late BIGINT NOT NULL,
  PRIMARY KEY (experiment, metric, pane, epoch, variant)
);

CREATE TABLE IF NOT EXISTS metrics_experiment (
  experiment VARCHAR(64) NOT NULL PRIMARY KEY,
  newest_pane BIGINT NOT NULL,
  updated_millis BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS metrics_folded (
  source VARCHAR(255) NOT NULL PRIMARY KEY,
  records BIGINT NOT NULL,
  dropped BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS metrics_offset (
  topic_partition VARCHAR(255) NOT NULL PRIMARY KEY,
  next_offset BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS metrics_generation (
  one INTEGER NOT NULL PRIMARY KEY,
  generation BIGINT NOT NULL
);
