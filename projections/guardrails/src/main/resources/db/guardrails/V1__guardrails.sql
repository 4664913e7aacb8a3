-- What guardrails remember between looks, for H2 and PostgreSQL. One writer.
--
-- Decimals that a decision rests on are text: the shortest that gives the same double again.

CREATE TABLE IF NOT EXISTS guardrail_state (
  experiment VARCHAR(64) NOT NULL,
  metric VARCHAR(64) NOT NULL,
  variant VARCHAR(64) NOT NULL,
  max_log_e DOUBLE PRECISION,
  crossed_millis BIGINT,
  frozen_sd VARCHAR(40),
  verdict VARCHAR(64),
  PRIMARY KEY (experiment, metric, variant)
);

CREATE TABLE IF NOT EXISTS guardrail_sample_ratio (
  experiment VARCHAR(64) NOT NULL PRIMARY KEY,
  min_p DOUBLE PRECISION NOT NULL
);

-- stage: pending (not known to be on the topic), published, settled (the experiment has ended).
CREATE TABLE IF NOT EXISTS guardrail_verdict (
  verdict VARCHAR(64) NOT NULL PRIMARY KEY,
  experiment VARCHAR(64) NOT NULL,
  stage VARCHAR(16) NOT NULL,
  body VARCHAR(16000) NOT NULL
);
