//! Shared by tests and an example.

pub(crate) mod document;
