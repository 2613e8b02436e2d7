-- Every reference has an index: without one, each batch would read whole tables.
CREATE INDEX activities_contact ON activities (contact_id);
CREATE INDEX consents_contact ON consents (contact_id);
CREATE INDEX email_recipients_contact ON email_recipients (contact_id);
CREATE INDEX contact_groups_owner ON contact_groups (owner_id);
