//! Requests and facts of every kind from one seed (xorshift64*, Vigna 2016).

use coldcap_session::{
    Amendment, Density, Fact, Hair, HairType, HeadMeasures, Mark, Patient, PlanRequest, PostClock,
    Request, Target,
};
use coldcap_units::{Coolant, Duration, Interface};

/// Dice that fall the same way on every machine.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// The next 48 random bits.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// 0 to `sides` − 1.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides
    }

    /// True once in `sides` throws.
    pub fn once_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len() as u64) as usize]
    }

    /// A fact of any kind.
    pub fn fact(&mut self) -> Fact {
        let (drug, hair_toxic) = (self.roll(6) as u16, self.once_in(2));
        match self.roll(5) {
            0 => Fact::DrugStarted { drug, hair_toxic },
            1 => Fact::DrugEnded { drug, hair_toxic },
            2 => Fact::CapOff,
            3 => Fact::Symptom(self.next() as u8),
            _ => Fact::Comfort(self.roll(13) as u8),
        }
    }

    /// A request of any kind, sound or not.
    pub fn request(&mut self) -> Request {
        let confirm = self.once_in(2);
        match self.roll(20) {
            0 => Request::StartFit,
            1 => Request::Measure(self.head()),
            2 => Request::ConfirmFit { confirm },
            3 => {
                Request::SelectPatient { patient: self.patient(), reason: self.pick(&[0, 4, 200]) }
            }
            4 => Request::ChoosePlan(self.plan()),
            5 => Request::Start,
            6 => Request::Worn(!self.once_in(4)),
            7 => Request::Pause(self.next() as u8),
            8 => Request::Resume { reason: self.pick(&[0, 1, 1, 1, 7, 200]), confirm },
            9 => Request::Extend(self.roll(40) as u8),
            10 => Request::EaseOff,
            11 => Request::Stop,
            12 => Request::EndSession { reason: self.roll(3) as u8, confirm },
            13 => Request::ConfirmRemoved,
            14 => Request::Close,
            15 => Request::ClinicianReset { confirm },
            16 => Request::ServiceReset { confirm },
            17 => Request::Cancel,
            18 => Request::Amend(Amendment {
                mark: self.pick(&[Mark::Started, Mark::Ended]),
                drug: self.roll(6) as u16,
                earlier: Duration::from_millis(self.roll(4_000_000) as u32),
                reason: self.roll(3) as u8,
            }),
            _ => Request::Acknowledge,
        }
    }

    fn hair(&mut self) -> Hair {
        Hair { density: self.pick(&Density::ALL), kind: self.pick(&HairType::ALL) }
    }

    fn head(&mut self) -> HeadMeasures {
        HeadMeasures {
            circumference_mm: 400 + self.roll(300) as u16,
            sagittal_mm: 200 + self.roll(300) as u16,
            coronal_mm: 200 + self.roll(300) as u16,
            hair: self.hair(),
        }
    }

    fn patient(&mut self) -> Patient {
        let bits = self.next() as u32;
        Patient {
            id: self.next(),
            calibration: self.next(),
            session_index: self.roll(9) as u8,
            session_count: self.roll(9) as u8,
            hair: self.hair(),
            contraindications: self.pick(&[0, 0, 1 << 11, bits]),
        }
    }

    fn target(&mut self) -> Target {
        let coolant = Target::Coolant(Coolant::from_milli(self.roll(16_000) as i32 - 9_000));
        let interface = Target::Cap(Interface::from_milli(self.roll(10_000) as i32 + 1_000));
        self.pick(&[coolant, interface])
    }

    fn plan(&mut self) -> PlanRequest {
        PlanRequest {
            regimen: self.roll(4) as u16,
            source: coldcap_session::regimen::Source([0, 1, 4, 192][self.roll(4) as usize]),
            reason: self.roll(4).saturating_sub(2) as u8,
            pre: Duration::from_mins(self.roll(70) as u32),
            post: Duration::from_mins(self.roll(260) as u32),
            break_each: Duration::from_mins(self.roll(18) as u32),
            break_total: Duration::from_mins(self.roll(50) as u32),
            target: self.target(),
            post_clock: self.pick(&[PostClock::Cooled, PostClock::Elapsed]),
        }
    }
}
