//! The only SQL: durable rows of certificates, runs, versions, events
