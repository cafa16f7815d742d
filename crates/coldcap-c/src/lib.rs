#![doc = include_str!("../README.md")]
#![no_std]
#![allow(non_camel_case_types, reason = "the names are those that C sees")]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

// On a host the library has the panic handler of the standard library, and nothing else of it.
#[cfg(not(target_os = "none"))]
extern crate std;

mod begin;
mod canonical;
mod codes;
mod config;
mod error;
mod inputs;
mod keys;
#[cfg(feature = "lane")]
mod lane;
mod link;
mod machine;
mod memory;
mod outputs;
#[cfg(all(feature = "panic-handler", target_os = "none"))]
mod panic;
mod pointers;
mod stored;
mod tick;
mod types;

pub use begin::*;
pub use canonical::*;
pub use codes::*;
pub use config::*;
pub use inputs::coldcap_inputs_absent;
pub use keys::*;
#[cfg(feature = "lane")]
pub use lane::*;
pub use link::*;
pub use memory::{COLDCAP_DEVICE_ALIGN, COLDCAP_DEVICE_SIZE_1, COLDCAP_DEVICE_SIZE_2};
pub use stored::*;
pub use tick::*;
pub use types::*;
