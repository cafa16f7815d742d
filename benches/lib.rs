//! Benches of coldcap: `cargo bench -p coldcap-benches`. Wall times are reported, never asserted.
