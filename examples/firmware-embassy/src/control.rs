//! The sampling task: control, and the journal behind it.

use crate::board::{self, Moment, Part};
use crate::exchange::{COMMANDS, KEYS, RECALLED, TOLD, WANTED};
use coldcap::journaled::Keeper;
use coldcap::{Commands, Control, Inputs, Outputs, TickInput, VendorConditions};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::Instant;
use coldcap_wire::security::KeyRing;
use firmware_qemu::flash::Psram;

/// What a tick was a function of, and what came of it.
type Decided = (TickInput<1>, Outputs<1>);

/// What the sampling task owns.
pub struct Half {
    control: &'static mut Control<1>,
    keeper: &'static mut Keeper<Psram>,
    /// What the last tick knew of the host, and when that was.
    commands: Commands,
    last: Instant,
    /// A journal that fails calls somebody: a condition of this board's own.
    unstored: bool,
}

/// A tick whenever the board says so. Nothing else is awaited: drive, store, tell.
#[embassy_executor::task]
pub async fn sampling(mut half: Half) -> ! {
    loop {
        match board::next_moment().await {
            Moment::Tick(now, inputs) => {
                board::part(Part::Control);
                let (input, mut outputs) = half.tick(now, inputs, COMMANDS.try_receive().ok());
                board::drive(&input, &mut outputs);
                board::part(Part::Store);
                half.store(&outputs, KEYS.try_take());
                let _ = TOLD.try_send(outputs);
            }
            Moment::PowerFails => {
                let _ = half.keeper.store_at_power_fail(half.last, None, half.control);
            }
        }
    }
}

impl Half {
    pub fn new(control: &'static mut Control<1>, keeper: &'static mut Keeper<Psram>) -> Self {
        let (commands, last) = (Commands::default(), Instant::ZERO);
        Self { control, keeper, commands, last, unstored: false }
    }

    /// Where the link has not come to handing anything over, the host is silent for so much longer. A symbol of its own, as `store`: for
    /// the check of panic paths.
    #[inline(never)]
    fn tick(&mut self, now: Instant, mut inputs: Inputs<1>, given: Option<Commands>) -> Decided {
        if self.unstored {
            inputs.vendor = VendorConditions::of(Conditions::of(&[Condition::Vendor0]));
        }
        let commands = given.unwrap_or_else(|| self.commands.without_news(now.since(self.last)));
        (self.commands, self.last) = (commands.clone(), now);
        let input = TickInput { now, inputs, commands };
        let outputs = self.control.tick(&input);
        (input, outputs)
    }

    #[inline(never)]
    fn store(&mut self, outputs: &Outputs<1>, keys: Option<KeyRing>) {
        let mut stored = self.keeper.store(None, self.control, outputs);
        if self.keeper.wants_erasure(outputs) {
            stored = stored.and(self.keeper.erase_ahead());
        }
        if let Some(keys) = keys {
            stored = stored.and(self.keeper.store_keys(&keys));
        }
        self.unstored = stored.is_err() || self.keeper.failure().is_some();
        // A few frames of the journal a tick, for a host that was away for long.
        let recalled = self.keeper.look_up(outputs, WANTED.try_take());
        recalled.into_iter().for_each(|recalled| RECALLED.signal(recalled));
    }
}
