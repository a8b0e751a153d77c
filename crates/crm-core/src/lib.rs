//! Organizations, users, agents, API keys, contacts, companies and the audit log.
