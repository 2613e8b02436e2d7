-- The database of a small CRM, as a host might have it. The library never
-- creates, alters or drops any of it.
CREATE TABLE contacts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  external_id TEXT UNIQUE,
  first_name  TEXT NOT NULL,
  last_name   TEXT NOT NULL,
  email       TEXT,
  phone       TEXT,
  created_at  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE activities (
  id          INTEGER PRIMARY KEY,
  contact_id  INTEGER NOT NULL REFERENCES contacts (id),
  type        TEXT NOT NULL,
  happened_at TEXT NOT NULL
);

CREATE TABLE consents (
  id         INTEGER PRIMARY KEY,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  purpose    TEXT NOT NULL
);

CREATE TABLE email_recipients (
  id         INTEGER PRIMARY KEY,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  campaign   INTEGER NOT NULL,
  sent_at    TEXT NOT NULL
);

-- A group outlives its owner: its reference is set to NULL.
CREATE TABLE contact_groups (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL,
  owner_id INTEGER REFERENCES contacts (id)
);
