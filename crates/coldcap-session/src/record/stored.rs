//! Where a record stands, as bytes.

use super::chain::{Chain, LINK_BYTES};
use super::event::{bits, seen_of};
use super::recorder::{LONGEST_RUN, Recorder, Run};
use coldcap_units::Duration;
use coldcap_units::stored::{Reader, Stored, Writer};

impl Stored for Chain {
    fn store(&self, to: &mut Writer<'_>) {
        self.len().store(to);
        to.put(self.link());
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let next = Stored::load(from)?;
        let chain = Self::at(next, from.take::<LINK_BYTES>()?);
        // An empty record has one link only.
        (next > 0 || chain == Self::new()).then_some(chain)
    }
}

impl Stored for Recorder {
    fn store(&self, to: &mut Writer<'_>) {
        self.run.store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Stored::load(from).map(|run| Self { run })
    }
}

impl Stored for Run {
    fn store(&self, to: &mut Writer<'_>) {
        (bits(&self.seen), self.sum).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (bits, sum) = <(u16, Duration)>::load(from)?;
        let seen = seen_of(bits)?;
        (sum.as_millis() <= LONGEST_RUN).then_some(Self { seen, sum })
    }
}
