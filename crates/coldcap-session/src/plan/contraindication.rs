//! Contraindications are data: a bit, a name, a source, and who may decide.

/// What a contraindication does to a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Gate {
    /// No coolant flows, and nobody can override it.
    Block = 1,
    /// A clinician may decide to go on, with a reason; the decision is recorded with it.
    Ask = 2,
}

/// One row of [`Contraindication::TABLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Contraindication {
    /// Its bit in the 32-bit answer, 0 to 31.
    pub bit: u8,
    /// Its name, as forms and reports print it.
    pub name: &'static str,
    /// Where the row comes from.
    pub source: &'static str,
    /// What it does.
    pub gate: Gate,
}

const LABEL: &str = "vendor's contraindication list, DigniCap label";
const CAUTION: &str = "coldcap's own caution; no public source seen";

const fn row(bit: u8, name: &'static str, source: &'static str, gate: Gate) -> Contraindication {
    Contraindication { bit, name, source, gate }
}

impl Contraindication {
    /// The table. A set bit that has no row here blocks.
    pub const TABLE: [Self; 14] = [
        row(0, "child or adolescent", LABEL, Gate::Block),
        row(1, "cold sensitivity", LABEL, Gate::Block),
        row(2, "cold agglutinin disease", LABEL, Gate::Block),
        row(3, "cryoglobulinaemia", LABEL, Gate::Block),
        row(4, "cryofibrinogenaemia", LABEL, Gate::Block),
        row(5, "cold urticaria", LABEL, Gate::Block),
        row(6, "malignancy of the central nervous system", LABEL, Gate::Block),
        row(7, "squamous or small-cell lung cancer", LABEL, Gate::Block),
        row(8, "head and neck or skin cancer", LABEL, Gate::Block),
        row(9, "haematological malignancy treated to cure, or marrow ablation", LABEL, Gate::Block),
        row(10, "irradiation of the skull, past or planned", LABEL, Gate::Block),
        row(11, "taxane and anthracycline on the same day", LABEL, Gate::Ask),
        row(12, "scalp wound, infection or recent scalp surgery", CAUTION, Gate::Ask),
        row(13, "headache disorder made worse by cold", CAUTION, Gate::Ask),
    ];

    /// The bit as a mask.
    #[must_use]
    pub const fn mask(&self) -> u32 {
        1u32.wrapping_shl(self.bit as u32)
    }
}

/// What an answered checklist asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Override {
    /// Nothing is set.
    NotNeeded,
    /// These bits need a clinician.
    Clinician(u32),
    /// These bits block.
    Impossible(u32),
}

fn mask_of(gate: Gate) -> u32 {
    let rows = Contraindication::TABLE.iter().filter(|row| row.gate == gate);
    rows.fold(0, |mask, row| mask | row.mask())
}

/// Judges the set bits of a checklist. Unknown bits block.
///
/// ```
/// use coldcap_session::{Override, gate};
/// assert_eq!(gate(0), Override::NotNeeded);
/// assert_eq!(gate(1 << 5), Override::Impossible(1 << 5)); // cold urticaria
/// assert_eq!(gate(1 << 31), Override::Impossible(1 << 31)); // a bit nobody has named
/// ```
#[must_use]
pub fn gate(bits: u32) -> Override {
    let asked = bits & mask_of(Gate::Ask);
    let blocked = bits & !mask_of(Gate::Ask);
    match (blocked, asked) {
        (0, 0) => Override::NotNeeded,
        (0, asked) => Override::Clinician(asked),
        (blocked, _) => Override::Impossible(blocked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_unique_and_every_row_has_a_source() {
        let masks = Contraindication::TABLE.iter().map(Contraindication::mask);
        assert_eq!(masks.sum::<u32>(), (1 << 14) - 1);
        assert!(Contraindication::TABLE.iter().all(|row| !row.source.is_empty()));
    }

    #[test]
    fn a_row_is_what_it_was_made_of() {
        let [first, ..] = Contraindication::TABLE;
        assert_eq!(row(0, "child or adolescent", LABEL, Gate::Block), first);
        assert_eq!((first.bit, first.gate), (0, Gate::Block));
    }

    #[test]
    fn a_block_outweighs_a_question_and_an_unknown_bit_blocks() {
        assert_eq!(gate(1 << 11), Override::Clinician(1 << 11));
        assert_eq!(gate(1 << 11 | 1), Override::Impossible(1));
        for bit in 0..32 {
            let known = Contraindication::TABLE.iter().find(|row| row.bit == bit);
            let asks = known.is_some_and(|row| row.gate == Gate::Ask);
            assert_eq!(matches!(gate(1 << bit), Override::Clinician(_)), asks, "{bit}");
        }
    }
}
