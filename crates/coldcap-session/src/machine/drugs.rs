//! Which hair-toxic drugs run.

pub(super) const SLOTS: usize = 4;

/// The hair-toxic drugs that run now: up to four by number, further ones only counted.
///
/// The slots are kept sorted and packed, so that the same drugs are always the same value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Drugs {
    /// In ascending order, and zero behind the last.
    pub(super) slots: [u16; SLOTS],
    pub(super) taken: u8,
    pub(super) uncounted: u8,
}

/// What a start did to [`Drugs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Fresh,
    Repeated,
    Uncounted,
}

impl Drugs {
    /// Whether any hair-toxic drug runs.
    #[must_use]
    pub const fn running(&self) -> bool {
        // req: SES-007
        self.uncounted > 0 || self.taken > 0
    }

    /// The numbers of the drugs that are kept apart, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.slots.iter().copied().take(usize::from(self.taken))
    }

    /// How many more run than are kept apart.
    #[must_use]
    pub const fn uncounted(&self) -> u8 {
        self.uncounted
    }

    /// Whether this drug is known to run.
    #[inline(never)]
    pub(crate) fn contains(&self, drug: u16) -> bool {
        self.iter().any(|known| known == drug)
    }

    pub(crate) fn start(&mut self, drug: u16) -> Start {
        if self.contains(drug) {
            return Start::Repeated;
        }
        if usize::from(self.taken) >= SLOTS {
            self.uncounted = self.uncounted.saturating_add(1);
            return Start::Uncounted;
        }
        let mut moved = drug;
        for slot in self.slots.iter_mut().take(usize::from(self.taken)) {
            (*slot, moved) = ((*slot).min(moved), (*slot).max(moved));
        }
        if let Some(behind) = self.slots.get_mut(usize::from(self.taken)) {
            *behind = moved;
        }
        self.taken = self.taken.saturating_add(1);
        Start::Fresh
    }

    /// Takes a drug out; `false` when it was not known to run.
    pub(crate) fn end(&mut self, drug: u16, hair_toxic: bool) -> bool {
        if self.contains(drug) {
            let before = *self;
            self.slots = [0; SLOTS];
            let kept = before.iter().filter(|known| *known != drug);
            self.slots.iter_mut().zip(kept).for_each(|(slot, known)| *slot = known);
            self.taken = self.taken.saturating_sub(1);
            return true;
        }
        let counted = hair_toxic && self.uncounted > 0;
        self.uncounted = self.uncounted.saturating_sub(u8::from(counted));
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::collections::BTreeSet;

    #[test]
    fn a_fifth_drug_is_counted_and_keeps_the_infusion_running() {
        let mut drugs = Drugs::default();
        for drug in 1..=4 {
            assert_eq!(drugs.start(drug), Start::Fresh);
        }
        assert_eq!(drugs.start(5), Start::Uncounted);
        for drug in 1..=4 {
            assert!(drugs.end(drug, true));
        }
        assert!(drugs.running());
        assert!(!drugs.end(5, false), "only a hair-toxic end can match an uncounted start");
        assert!(drugs.end(5, true) && !drugs.running());
        assert_eq!(drugs, Drugs::default());
    }

    proptest! {
        #[test]
        fn up_to_four_drugs_behave_like_a_set(moves in prop::collection::vec((0u16..4, any::<bool>()), 0..40)) {
            let (mut drugs, mut model) = (Drugs::default(), BTreeSet::new());
            for (drug, starts) in moves {
                if starts {
                    prop_assert_eq!(drugs.start(drug) == Start::Fresh, model.insert(drug));
                } else {
                    prop_assert_eq!(drugs.end(drug, true), model.remove(&drug));
                }
                prop_assert!(drugs.iter().eq(model.iter().copied()));
                prop_assert_eq!(drugs.running(), !model.is_empty());
                let mut anew = Drugs::default();
                for drug in &model {
                    anew.start(*drug);
                }
                prop_assert_eq!(drugs, anew, "the same drugs are the same value");
            }
        }
    }
}
