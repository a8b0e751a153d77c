DROP TABLE drafts;
DROP TABLE channels;
ALTER TABLE messages DROP COLUMN authorship;
