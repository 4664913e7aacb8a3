-- One row is one leaf of the tree, as it was hashed. Rows are only ever added.
CREATE TABLE audit_leaf (
  leaf_index BIGINT PRIMARY KEY,
  event_position BIGINT NOT NULL UNIQUE,
  event_id VARCHAR(64) NOT NULL UNIQUE,
  stream VARCHAR(255) NOT NULL,
  stream_seq BIGINT NOT NULL,
  leaf BYTEA NOT NULL,
  leaf_hash BYTEA NOT NULL,
  recorded_at_millis BIGINT NOT NULL,
  UNIQUE (stream, stream_seq)
);

-- Every tree head that was signed. The primary key is what keeps two sequencers from signing two
-- roots for one size.
CREATE TABLE audit_checkpoint (
  tree_size BIGINT PRIMARY KEY,
  note VARCHAR(4096) NOT NULL
);
