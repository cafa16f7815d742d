//! The blocks of the step lane over semihosting files named `step` and `reply`.

use coldcap::lane::{REPLY_LENGTH, Reply, STEP_LENGTH};
use semihosting::fs::File;
use semihosting::io::{ErrorKind, Read, Result, Write};

/// Both files.
pub struct Blocks {
    steps: File,
    replies: File,
}

impl Blocks {
    /// Opens them; the driver opens its ends in this order too.
    ///
    /// # Errors
    /// There is no driver.
    pub fn open() -> Result<Self> {
        Ok(Self { steps: File::open(c"step")?, replies: File::create(c"reply")? })
    }

    /// The next step. The emulator stands still until there is one.
    ///
    /// # Errors
    /// The driver is gone.
    pub fn read(&mut self, step: &mut [u8; STEP_LENGTH]) -> Result<()> {
        self.steps.read_exact(step)
    }

    /// Answers it.
    ///
    /// # Errors
    /// The driver is gone.
    pub fn write(&mut self, reply: &[u8; REPLY_LENGTH]) -> Result<()> {
        self.replies.write_all(reply)
    }

    /// Answers with a reply whose link bytes came later.
    ///
    /// # Errors
    /// The driver is gone, or the reply is none that has room for them.
    pub fn write_with(&mut self, reply: &[u8; REPLY_LENGTH], link: &[u8]) -> Result<()> {
        let mut whole = [0; REPLY_LENGTH];
        let parts = Reply::decode(reply).map(|parts| Reply { link, ..parts });
        let joined = parts.and_then(|parts| parts.encode(&mut whole));
        joined.map_err(|_| ErrorKind::InvalidData)?;
        self.write(&whole)
    }
}
