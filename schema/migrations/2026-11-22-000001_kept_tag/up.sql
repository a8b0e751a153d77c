-- The entity tag of what a stored answer shows, so that its repetition has it, too.
ALTER TABLE idempotency_keys ADD COLUMN etag text;
