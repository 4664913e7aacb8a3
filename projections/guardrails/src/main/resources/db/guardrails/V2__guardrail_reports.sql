-- What was last reported of each guardrail, and the reports that the topic is to have.

ALTER TABLE guardrail_state ADD COLUMN IF NOT EXISTS reported_state VARCHAR(16);
ALTER TABLE guardrail_state ADD COLUMN IF NOT EXISTS reported_epoch INTEGER;
ALTER TABLE guardrail_state ADD COLUMN IF NOT EXISTS state_since_millis BIGINT;
ALTER TABLE guardrail_state ADD COLUMN IF NOT EXISTS reported_subjects BIGINT;
ALTER TABLE guardrail_state ADD COLUMN IF NOT EXISTS reported_millis BIGINT;

-- stage: pending (not known to be on the topic), published. Of each guardrail the last one stays.
CREATE TABLE IF NOT EXISTS guardrail_report (
  report VARCHAR(64) NOT NULL PRIMARY KEY,
  experiment VARCHAR(64) NOT NULL,
  metric VARCHAR(64) NOT NULL,
  variant VARCHAR(64) NOT NULL,
  reported_millis BIGINT NOT NULL,
  stage VARCHAR(16) NOT NULL,
  body VARCHAR(16000) NOT NULL
);
