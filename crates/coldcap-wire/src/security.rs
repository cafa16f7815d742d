//! Link security.

mod agreement;
mod cipher;
mod hash;
mod noise;
#[cfg(test)]
mod published;
mod replay;
mod secret;

pub use cipher::TAG_LEN;
pub use noise::{Initiator, Keys, MESSAGE_LEN, NoiseError, Responder};
pub use replay::ReplayWindow;
pub use secret::Secret;
