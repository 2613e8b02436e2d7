-- The database of a small shop, with a few customers. The library's own tables
-- come beside these by sqlstore.Migrate.
CREATE TABLE customers (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT NOT NULL,
  email         TEXT NOT NULL,
  registered_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE orders (
  id          INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  article     TEXT NOT NULL
);
CREATE INDEX orders_customer ON orders (customer_id);

CREATE TABLE readers (
  customer_id INTEGER PRIMARY KEY REFERENCES customers (id)
);

-- Books must be kept for years: an invoice stays, without the customer.
CREATE TABLE invoices (
  id          INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customers (id),
  name        TEXT,
  paid        INTEGER NOT NULL,
  cents       INTEGER NOT NULL
);
CREATE INDEX invoices_customer ON invoices (customer_id);

-- The desk's own list: which operation a ticket became. It holds no address.
CREATE TABLE tickets (
  number    TEXT PRIMARY KEY,
  operation TEXT NOT NULL
);

INSERT INTO customers (id, name, email, registered_at) VALUES
  (1, 'Ann', 'ann@example.com', '2019-03-02 10:00:00'),
  (2, 'Bob', 'bob@example.com', '2020-07-14 18:30:00'),
  (3, 'Bob', 'Bob@Example.com', '2023-01-05 09:15:00'), -- registered twice
  (4, 'Cid', 'cid@example.com', '2021-11-30 12:00:00'),
  (5, 'Dee', 'dee@example.com', '2022-02-02 22:22:00');
INSERT INTO readers (customer_id) VALUES (1), (2), (3), (5);
INSERT INTO orders (customer_id, article) VALUES (1, 'lamp'), (1, 'chair'), (2, 'table'), (4, 'desk'), (5, 'bed');
INSERT INTO invoices (customer_id, name, paid, cents) VALUES
  (1, 'Ann', 1, 12000), (2, 'Bob', 1, 45000), (4, 'Cid', 0, 30000), (5, 'Dee', 1, 80000);
