//! The curves that coldcap ships, checked when the crate is compiled.
//!
//! Each file is written by the example `generate_tables` from the formulas in `physics`, and a test
//! compares it with what the generator writes today.

pub mod erfcx;
pub mod ntc_10k3a1;
pub mod pt100;
pub mod pt1000;
pub mod tc_k;
pub mod tc_t;
