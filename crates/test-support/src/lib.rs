//! Test database, test application, seeded clock and ids.
