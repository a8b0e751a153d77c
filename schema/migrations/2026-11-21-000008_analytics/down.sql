DROP TABLE analytics_deltas;
DROP TABLE analytics_counts;
DROP TABLE activity_gaps;
DROP TABLE conversation_agents;
DROP TABLE conversation_facts;
DROP INDEX messages_time;
