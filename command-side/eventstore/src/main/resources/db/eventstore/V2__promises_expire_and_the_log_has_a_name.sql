-- Promises are deleted in the order of their age.
CREATE INDEX idempotent_request_by_age ON idempotent_request (recorded_at);

-- Which log this is, said once and for ever: what was made from it knows it again.
CREATE TABLE log_identity (
  one INT PRIMARY KEY,
  id VARCHAR(64) NOT NULL
);
