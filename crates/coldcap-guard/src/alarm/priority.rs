//! How urgent an alarm is, and what that follows from.

use core::fmt;

/// How urgent an alarm is. Ordered: the most urgent is the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Priority {
    /// Nothing signals.
    #[default]
    None = 0,
    /// The operator should know.
    Low = 1,
    /// The operator should act soon.
    Medium = 2,
    /// The operator must act at once.
    High = 3,
}

impl Priority {
    /// The frozen code, 0 to 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Every priority that an alarm can have, the most urgent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// Its name in lower case, as reports and files print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The priority of an alarm from the harm that follows if nobody answers and from how fast it does.
    /// Source: public summaries of the matrix of IEC 60601-1-8, not checked against its text.
    ///
    /// | | immediate | prompt | delayed |
    /// |---|---|---|---|
    /// | irreversible | high | high | medium |
    /// | reversible | high | medium | low |
    /// | minor | medium | low | low |
    #[must_use]
    pub const fn assess(harm: Harm, onset: Onset) -> Self {
        match (harm, onset) {
            (Harm::Irreversible, Onset::Immediate | Onset::Prompt)
            | (Harm::Reversible, Onset::Immediate) => Self::High,
            (Harm::Irreversible, Onset::Delayed)
            | (Harm::Reversible, Onset::Prompt)
            | (Harm::Minor, Onset::Immediate) => Self::Medium,
            (Harm::Reversible, Onset::Delayed) | (Harm::Minor, Onset::Prompt | Onset::Delayed) => {
                Self::Low
            }
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The worst credible harm if nobody answers an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Harm {
    /// Discomfort, or a treatment that is worth less.
    Minor,
    /// An injury that heals, or hair that is lost.
    Reversible,
    /// An injury that stays, or death.
    Irreversible,
}

impl Harm {
    /// Every harm, the worst first.
    pub const ALL: [Self; 3] = [Self::Irreversible, Self::Reversible, Self::Minor];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Reversible => "reversible",
            Self::Irreversible => "irreversible",
        }
    }
}

/// How fast the harm develops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Onset {
    /// Later than prompt, at no time in particular.
    Delayed,
    /// Within a time that is usually enough to answer.
    Prompt,
    /// Usually too fast for an answer by hand.
    Immediate,
}

impl Onset {
    /// Every onset, the fastest first.
    pub const ALL: [Self; 3] = [Self::Immediate, Self::Prompt, Self::Delayed];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delayed => "delayed",
            Self::Prompt => "prompt",
            Self::Immediate => "immediate",
        }
    }
}
