//! Appends bytes to a slice without a panic path.

use super::TooLong;

pub(crate) struct Writer<'a> {
    rest: &'a mut [u8],
    written: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(out: &'a mut [u8]) -> Self {
        Self { rest: out, written: 0 }
    }

    pub(crate) fn written(&self) -> usize {
        self.written
    }

    pub(crate) fn push(&mut self, byte: u8) -> Result<(), TooLong> {
        self.extend(&[byte])
    }

    pub(crate) fn extend(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        let rest = core::mem::take(&mut self.rest);
        let (room, rest) = rest.split_at_mut_checked(bytes.len()).ok_or(TooLong)?;
        copy(room, bytes);
        self.rest = rest;
        self.written = self.written.saturating_add(bytes.len());
        Ok(())
    }
}

/// Copies as much as both hold; the compiler makes it a block copy.
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
