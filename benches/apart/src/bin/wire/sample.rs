//! What is sent: fourteen numbers, 45 bytes as they lie in memory, 256 times.

use coldcap_wire::message::{Body, Described, Direction, Message};
use coldcap_wire::packet::Kind;
use serde::{Deserialize, Serialize};

/// How many samples a round has.
pub const SAMPLES: usize = 256;

/// The reference's telemetry.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Default,
    Serialize,
    Deserialize,
    minicbor::Encode,
    minicbor::Decode,
)]
#[cbor(array)]
pub struct Fourteen {
    #[n(0)]
    pub seq: u32,
    #[n(1)]
    pub t_ms: u64,
    #[n(2)]
    pub t0: i16,
    #[n(3)]
    pub t1: i16,
    #[n(4)]
    pub t2: i16,
    #[n(5)]
    pub t3: i16,
    #[n(6)]
    pub t4: i16,
    #[n(7)]
    pub t5: i16,
    #[n(8)]
    pub e0: i32,
    #[n(9)]
    pub e1: i32,
    #[n(10)]
    pub flow: u16,
    #[n(11)]
    pub duty: u16,
    #[n(12)]
    pub state: u8,
    #[n(13)]
    pub alarms: u64,
}

impl Described for Fourteen {
    const NAME: &'static str = "fourteen";
    const MINIMUM_LEN: usize = 14;
    const MAXIMUM_LEN: usize = 10 + 10 + 5 + 6 * 3 + 10 + 6 + 1;

    fn base_len(&self) -> usize {
        Self::MINIMUM_LEN
    }
}

impl Body for Fourteen {
    const KIND: Kind = Kind::Report;
    const DIRECTION: Direction = Direction::ToHost;
}

impl Message for Fourteen {
    const ENDPOINT: u8 = 0xF0;
}

/// Numbers without end, the same on every machine.
pub struct Numbers(pub u64);

impl Numbers {
    /// The next one: Steele and Vigna's splitmix64.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A channel at work: temperatures in hundredths around their places, ten samples a second, an alarm now and then.
pub fn samples() -> Vec<Fourteen> {
    let mut numbers = Numbers(14);
    (0..SAMPLES as u32)
        .map(|index| {
            let mut about =
                |place: i32, width: u64| place + numbers.below(width) as i32 - (width / 2) as i32;
            Fourteen {
                seq: 123_000 + index,
                t_ms: 3_700_000 + u64::from(index) * 100,
                t0: about(-391, 60) as i16,
                t1: about(-270, 60) as i16,
                t2: about(310, 60) as i16,
                t3: about(345, 60) as i16,
                t4: about(298, 60) as i16,
                t5: about(1_870, 60) as i16,
                e0: about(-50, 400),
                e1: about(12_000, 4_000),
                flow: about(1_010, 40) as u16,
                duty: about(620, 40) as u16,
                state: 8,
                alarms: if index % 16 == 0 { 1 << 9 } else { 0 },
            }
        })
        .collect()
}
