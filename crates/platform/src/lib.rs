//! What every domain stands on: context, database lanes, ids, paging, errors, clock, events and jobs.
