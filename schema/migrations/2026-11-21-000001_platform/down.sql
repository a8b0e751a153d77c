DROP TABLE idempotency_keys;
DROP TABLE jobs;
DROP TABLE events;
DROP TABLE organizations;
DROP TABLE instance_secrets;
