DROP TABLE sale_status_history;
DROP TABLE sale_conversations;
DROP TABLE sale_contacts;
DROP TABLE sales;
DROP TABLE pipeline_stages;
