//! Mails become contacts, conversations and messages.

mod attachments;
mod erased;
mod people;
mod repeat;
mod threads;
mod trouble;
mod world;
