//! Conversations and messages: the unified inbox.
