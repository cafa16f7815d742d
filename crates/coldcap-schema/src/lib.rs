//! The message set as a text that can be compared, and what is made from it.
//!
//! | module | does |
//! |---|---|
//! | [`model`] | messages, fields, codes and frozen vectors as plain values |
//! | [`registry`] | makes that model from the registry in `coldcap-wire` |
//! | [`text`] | writes and reads it as `schema.lock`, a line a field |
//! | [`growth`] | says whether one message set may follow another |
//! | [`vendor`] | puts a maker's own messages beside those of coldcap |
//! | [`reader`] | reads and writes any body by the model alone |
//! | [`check`] | frames, damaged ones too, and what has to come out of them |
//! | [`emit`] | decoders in C, Python, TypeScript and for Wireshark |
//!
//! ```
//! use coldcap_schema::{growth, registry, text};
//! let today = registry::schema();
//! let again = text::parse(&text::write(&today)).unwrap();
//! assert_eq!(growth::compare(&today, &again), Ok(growth::Change::None));
//! ```

pub mod capture;
pub mod check;
pub mod emit;
pub mod growth;
pub mod model;
pub mod reader;
pub mod registry;
pub mod text;
pub mod unit;
pub mod vectors;
pub mod vendor;
