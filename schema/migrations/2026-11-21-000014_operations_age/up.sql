-- Reports of operations are forgotten by their age.
CREATE INDEX operations_age ON operations (organization_id, created_at);
