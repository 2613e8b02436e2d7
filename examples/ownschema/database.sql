CREATE TABLE people (
  TenantID    INTEGER NOT NULL,
  PersonCode  TEXT NOT NULL,
  EMail       TEXT,
  ManagerCode TEXT,
  CreatedAt   INTEGER NOT NULL,
  PRIMARY KEY (TenantID, PersonCode),
  FOREIGN KEY (TenantID, ManagerCode) REFERENCES people (TenantID, PersonCode)
);
CREATE INDEX people_manager ON people (TenantID, ManagerCode);

CREATE TABLE tasks (
  id         INTEGER PRIMARY KEY,
  TenantID   INTEGER NOT NULL,
  PersonCode TEXT,
  FOREIGN KEY (TenantID, PersonCode) REFERENCES people (TenantID, PersonCode)
);
CREATE INDEX tasks_person ON tasks (TenantID, PersonCode);

CREATE TABLE task_notes (
  id      INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL REFERENCES tasks (id)
);
CREATE INDEX task_notes_task ON task_notes (task_id);

CREATE TABLE documents (
  id        INTEGER PRIMARY KEY,
  TenantID  INTEGER NOT NULL,
  OwnerType TEXT NOT NULL,
  OwnerRef  TEXT NOT NULL
);
CREATE INDEX documents_owner ON documents (TenantID, OwnerRef);

INSERT INTO people VALUES
  (1, 'ann', 'ANN@EXAMPLE.COM', NULL, 1700000000),
  (1, 'bob', 'bob@example.com', 'ann', 1700000000),
  (1, 'cid', 'cid@elsewhere.org', 'bob', 1700000000),
  (2, 'ann', 'ann@example.com', NULL, 1700000000),
  (2, 'dee', 'dee@elsewhere.org', 'ann', 1700000000);
INSERT INTO tasks VALUES (1, 1, 'ann'), (2, 1, 'cid'), (3, 2, 'ann');
INSERT INTO task_notes VALUES (1, 1), (2, 1), (3, 2), (4, 3);
INSERT INTO documents VALUES (1, 1, 'person', 'ann'), (2, 1, 'order', 'ann'), (3, 2, 'person', 'dee');
