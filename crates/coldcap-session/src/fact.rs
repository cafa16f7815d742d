//! Observed facts. They are never refused, in any phase.

/// Something that happened, as an observer saw it.
///
/// A fact is not a command: it is recorded whatever the machine does, and at most flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// A drug began to run.
    DrugStarted {
        /// The site's drug number.
        drug: u16,
        /// Whether it can cost the patient hair.
        hair_toxic: bool,
    },
    /// A drug stopped running.
    DrugEnded {
        /// The site's drug number.
        drug: u16,
        /// Whether it can cost the patient hair.
        hair_toxic: bool,
    },
    /// The cap is off the head.
    CapOff,
    /// The patient reports a symptom; the number is the site's own.
    Symptom(u8),
    /// How the patient bears the cold, 0 (well) to 10 (not at all).
    Comfort(u8),
}
