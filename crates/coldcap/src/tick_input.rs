//! What one tick is a function of.

use crate::canonical::{Canonical, Malformed, Sink, Source};
use crate::command::Commands;
use crate::inputs::Inputs;
use coldcap_units::Instant;

/// Everything that one tick is a function of, besides what it remembers.
///
/// A recording keeps every one of them; feeding them again gives the same outputs, bit for bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickInput<const CHANNELS: usize> {
    /// The instant of the tick. It must not go back.
    pub now: Instant,
    /// What the board measured.
    pub inputs: Inputs<CHANNELS>,
    /// What the link took in since the last tick.
    pub commands: Commands,
}

impl<const CHANNELS: usize> TickInput<CHANNELS> {
    /// Writes the canonical form: `now`, the inputs, the commands.
    pub fn write(&self, sink: &mut impl Sink) {
        self.now.write(self.now, sink);
        self.inputs.write(self.now, sink);
        self.commands.write(self.now, sink);
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// [`Malformed`] says why the bytes are no tick input of this many channels.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut source = Source::new(bytes);
        let now = Instant::read(Instant::ZERO, &mut source)?;
        let inputs = Canonical::read(now, &mut source)?;
        let commands = Canonical::read(now, &mut source)?;
        source.end()?;
        Ok(Self { now, inputs, commands })
    }
}
