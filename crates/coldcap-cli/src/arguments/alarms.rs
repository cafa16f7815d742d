//! Options of `alarms`.

use super::values::{Language, Tone};
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "Nothing here was checked against the text of a standard; docs/alarms.md discloses all of it.\n\
                  The file is 16-bit PCM, one channel, 16 kHz: one burst and the pause after it, so that it can be \
                  played in a loop.\nExample: coldcap alarms --tone high --out high.wav"
)]
pub(crate) struct Alarms {
    /// The language of the texts.
    #[arg(long, value_enum, default_value = "en")]
    pub(crate) language: Language,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the tone of this priority instead of printing the table.
    #[arg(long, value_enum, requires = "out")]
    pub(crate) tone: Option<Tone>,
    /// Where the tone is written: a WAV file. A folder on the way to it that is not there is made.
    #[arg(long, value_name = "FILE", requires = "tone")]
    pub(crate) out: Option<PathBuf>,
}
