//! Handshakes beside those of `snow`, every second one with a fault: `cargo xtask campaign noise 100000`.
//! The first argument says how many; a run is the same on every machine.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../tests/support/differential.rs"]
mod differential;

use differential::{Case, Ending, Fault};

/// splitmix64 (G. Steele, D. Lea, C. Flood, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    fn below(&mut self, bound: u64) -> usize {
        (self.next() % bound) as usize
    }

    fn key(&mut self) -> [u8; 32] {
        self.bytes(32).try_into().unwrap()
    }

    fn fault(&mut self) -> Fault {
        let place = self.next() as usize;
        match self.below(14) {
            0 => Fault::OtherKey,
            1 => Fault::OtherPrologue,
            2 => Fault::FirstFlipped(place),
            3 => Fault::SecondFlipped(place),
            4 => Fault::FirstCut(place),
            5 => Fault::SecondCut(place),
            6 => Fault::SecondOfAnother,
            _ => Fault::None,
        }
    }

    fn case(&mut self) -> Case {
        let [prologue, first, second] = [120, 80, 80].map(|most| {
            let len = self.below(most);
            self.bytes(len)
        });
        let (psk, ephemerals) = (self.key(), [self.key(), self.key()]);
        Case { prologue, psk, ephemerals, payloads: [first, second], fault: self.fault() }
    }
}

fn main() {
    let count: u64 = std::env::args().nth(1).map_or(1_000, |text| text.parse().expect("a number"));
    let mut random = Random(1);
    let mut endings = [0_u64; 3];
    for number in 0..count {
        let case = random.case();
        let ours = case.ours();
        assert_eq!(ours, case.theirs(), "handshake {number}: {case:?}");
        assert_eq!(matches!(ours, Ending::Done(_)), case.fault == Fault::None, "{case:?}");
        let ending = match ours {
            Ending::Done(_) => 0,
            Ending::FirstRefused => 1,
            Ending::SecondRefused => 2,
        };
        endings[ending] += 1;
    }
    println!(
        "{count} handshakes as snow: {} done, {} refused at the first message, {} at the second",
        endings[0], endings[1], endings[2]
    );
}
