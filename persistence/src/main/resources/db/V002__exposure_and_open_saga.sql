-- What a node loads when it gains a shard, so that it watches at once and wakes what is unfinished.

CREATE TABLE exposure (
  shard        smallint         NOT NULL CHECK (shard BETWEEN 0 AND 255),
  account      text COLLATE "C" NOT NULL,
  sequence     bigint           NOT NULL,
  -- units by asset
  balances     jsonb            NOT NULL,
  -- ids of withdrawals and transfers under way
  reservations jsonb            NOT NULL,
  -- a shard's rows lie together; the shard follows from the account, so the account is unique too
  PRIMARY KEY (shard, account)
);

CREATE TABLE open_saga (
  shard     smallint         NOT NULL CHECK (shard BETWEEN 0 AND 255),
  kind      text COLLATE "C" NOT NULL,
  id        text COLLATE "C" NOT NULL,
  -- milliseconds since 1970
  opened_at bigint           NOT NULL,
  PRIMARY KEY (kind, id)
);
