//! The fit visit as it is played: who it is, how large the head is, the cap on it, what was found, and the end.

use super::operator::Wish;
use coldcap::Phase;
use coldcap_session::HeadMeasures;

/// A head is measured so often at most before the visit is called off.
const MOST_TRIES: u8 = 3;

/// How far a fit visit has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fitting {
    measures: HeadMeasures,
    /// The patient was named.
    named: bool,
    tries: u8,
    /// It was closed or called off.
    over: bool,
}

impl Fitting {
    pub(super) const fn of(measures: HeadMeasures) -> Self {
        Self { measures, named: false, tries: 0, over: false }
    }

    pub(super) const fn measures(&self) -> HeadMeasures {
        self.measures
    }

    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// What is wished in a phase of the visit in which nothing is waited for.
    pub(super) const fn wish(&self, phase: Phase) -> Option<Wish> {
        match phase {
            Phase::FitMeasure if self.tries >= MOST_TRIES => Some(Wish::Cancel),
            Phase::FitMeasure if !self.named => Some(Wish::Select),
            Phase::FitMeasure => Some(Wish::Measure),
            Phase::FitVerify => Some(Wish::Accept),
            Phase::FitSaved => Some(Wish::Close),
            _ => None,
        }
    }

    /// A wish was carried out in this phase.
    pub(super) const fn carried_out(&mut self, wish: Wish, phase: Phase) {
        match wish {
            Wish::Select => self.named = true,
            Wish::Measure => self.tries = self.tries.saturating_add(1),
            Wish::Cancel => self.over = true,
            Wish::Close => self.over |= matches!(phase, Phase::FitSaved),
            _ => {}
        }
    }
}
