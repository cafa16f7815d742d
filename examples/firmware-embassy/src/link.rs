//! The task below: bytes and messages. A handshake may take it as long as it likes.

use crate::board::{Line, Part, RECENT, part};
use crate::exchange::{COMMANDS, KEYS, RECALLED, TOLD, WANTED};
use coldcap::{Link, Outputs, lane::LINK_OUT_MAXIMUM};
use coldcap_units::Instant;
use coldcap_wire::security::SecurityEvent;
use embassy_futures::select::{Either, select};

/// Takes what comes first: bytes of the line, or what a tick has to say. It sends behind each tick; on a line of its own it would
/// send whenever that has room.
#[embassy_executor::task]
pub async fn linking(link: &'static mut Link<1, RECENT>, line: &'static mut Line) -> ! {
    let mut held_back = false;
    loop {
        match select(line.bytes(), TOLD.receive()).await {
            Either::First((now, bytes)) => {
                part(Part::Receive);
                if hear(link, now, bytes) {
                    KEYS.signal(link.keys().clone());
                }
                held_back = !hand_over(link, now);
                link.wanted().into_iter().for_each(|wanted| WANTED.signal(wanted));
            }
            Either::Second(outputs) => {
                part(Part::Transmit);
                let mut room = [0; LINK_OUT_MAXIMUM];
                let sent = tell(link, &outputs, &mut room);
                line.send(room.get(..sent).unwrap_or_default());
                held_back = held_back && !hand_over(link, outputs.now);
            }
        }
    }
}

/// Whether a key was handed out. A symbol of its own, as `tell`: for the check of panic paths.
#[inline(never)]
fn hear(link: &mut Link<1, RECENT>, now: Instant, bytes: &[u8]) -> bool {
    link.receive(now, bytes);
    let mut events = core::iter::from_fn(|| link.poll_security_event());
    events.any(|event| matches!(event, SecurityEvent::Paired { .. }))
}

/// Whether it was done: commands are handed over once those before them were taken.
fn hand_over(link: &mut Link<1, RECENT>, now: Instant) -> bool {
    COMMANDS.is_empty() && COMMANDS.try_send(link.take_commands(now)).is_ok()
}

#[inline(never)]
fn tell(link: &mut Link<1, RECENT>, outputs: &Outputs<1>, room: &mut [u8]) -> usize {
    RECALLED.try_take().iter().for_each(|recalled| link.supply(recalled));
    link.publish(outputs);
    link.transmit(outputs.now, room)
}
