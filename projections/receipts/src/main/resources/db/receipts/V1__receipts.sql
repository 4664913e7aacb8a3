-- Which client enforces what. Times are milliseconds since 1970 by the server's clock.

-- Clients as they last spoke. began_millis: since when they have spoken without a silence as long as
-- the window in which a client counts as there. enforced_millis: when at_position was enforced.
CREATE TABLE receipt_client (
  environment VARCHAR(32) NOT NULL,
  client VARCHAR(36) NOT NULL,
  sdk VARCHAR(64) NOT NULL,
  began_millis BIGINT NOT NULL,
  seen_millis BIGINT NOT NULL,
  closed BOOLEAN NOT NULL,
  at_position BIGINT NOT NULL,
  enforced_millis BIGINT NOT NULL,
  PRIMARY KEY (environment, client)
);
CREATE INDEX receipt_client_seen ON receipt_client (seen_millis);

-- Kills whose clients are written down.
CREATE TABLE receipt_kill (
  kill_position BIGINT NOT NULL PRIMARY KEY,
  killed_millis BIGINT NOT NULL
);

-- Clients that were there when it was killed; enforced_millis is null until they say so.
CREATE TABLE receipt_expected (
  kill_position BIGINT NOT NULL,
  environment VARCHAR(32) NOT NULL,
  client VARCHAR(36) NOT NULL,
  sdk VARCHAR(64) NOT NULL,
  seen_millis BIGINT NOT NULL,
  enforced_millis BIGINT,
  PRIMARY KEY (kill_position, client)
);
CREATE INDEX receipt_expected_client ON receipt_expected (environment, client);
