//! Which hair-toxic drugs run.

const SLOTS: usize = 4;

/// The hair-toxic drugs that run now: up to four by number, further ones only counted.
///
/// The slots are kept sorted and packed, so that the same drugs are always the same value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Drugs {
    slots: [Option<u16>; SLOTS],
    uncounted: u8,
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
    pub fn running(&self) -> bool {
        self.uncounted > 0 || self.iter().next().is_some()
    }

    /// The numbers of the drugs that are kept apart, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.slots.iter().flatten().copied()
    }

    /// How many more run than are kept apart.
    #[must_use]
    pub const fn uncounted(&self) -> u8 {
        self.uncounted
    }

    pub(crate) fn start(&mut self, drug: u16) -> Start {
        if self.slots.contains(&Some(drug)) {
            return Start::Repeated;
        }
        match self.slots.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(drug),
            None => {
                self.uncounted = self.uncounted.saturating_add(1);
                return Start::Uncounted;
            }
        }
        self.sort();
        Start::Fresh
    }

    /// Takes a drug out; `false` when it was not known to run.
    pub(crate) fn end(&mut self, drug: u16, hair_toxic: bool) -> bool {
        if let Some(slot) = self.slots.iter_mut().find(|slot| **slot == Some(drug)) {
            *slot = None;
            self.sort();
            return true;
        }
        let counted = hair_toxic && self.uncounted > 0;
        self.uncounted = self.uncounted.saturating_sub(u8::from(counted));
        counted
    }

    /// Empty slots last; three passes over neighbours sort four.
    fn sort(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.slots;
        for _ in 1..SLOTS {
            (a, b) = in_order(a, b);
            (b, c) = in_order(b, c);
            (c, d) = in_order(c, d);
        }
        self.slots = [a, b, c, d];
    }
}

fn in_order(left: Option<u16>, right: Option<u16>) -> (Option<u16>, Option<u16>) {
    let swap = match (left, right) {
        (None, Some(_)) => true,
        (Some(left), Some(right)) => left > right,
        (_, None) => false,
    };
    if swap { (right, left) } else { (left, right) }
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
