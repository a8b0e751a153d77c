DROP TABLE message_attachments;
DROP TABLE files;
DROP TABLE message_references;
DROP TABLE messages;
DROP TABLE conversations;
