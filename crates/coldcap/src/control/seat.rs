//! Whether a cap may still sit on a head, whatever the session has forgotten.

use crate::supervise;
use coldcap_session::{Answer, Fact, Request};
use coldcap_units::Fault;

/// A cap that was worn. The session forgets it where nobody is treated, as after a visit that was called off: then the
/// cap is on the head all the same until somebody has said, or the coupling has shown, that it is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seat {
    on_head: bool,
    /// The cap that was marked as worn, where it says who it is.
    cap: Option<u32>,
}

impl Seat {
    pub(super) const fn restored(on_head: bool, cap: Option<u32>) -> Self {
        Self { on_head, cap }
    }

    pub(super) const fn worn_cap(self) -> Option<u32> {
        self.cap
    }

    /// Whether another cap is on the line than the one that was marked as `worn`: that one is on nobody's head until somebody
    /// says so. It is told once.
    pub(super) fn is_swapped(&mut self, on_the_line: Option<u32>, worn: bool) -> bool {
        // req: CHN-007
        let swapped = worn && self.cap.zip(on_the_line).is_some_and(|(was, is)| was != is);
        self.cap = self.cap.or(on_the_line).filter(|_| worn && !swapped);
        swapped
    }

    pub(super) const fn may_be_on_a_head(self) -> bool {
        self.on_head
    }

    /// Somebody did or said something; `worn` is what the session knows behind it.
    pub(super) fn hear(&mut self, event: &supervise::Event, answer: Option<Answer>, worn: bool) {
        // req: HND-002
        let said_off = match event {
            supervise::Event::Fact(fact) => *fact == Fact::CapOff,
            supervise::Event::Request { request, .. } => {
                let off = matches!(request, Request::Worn(false) | Request::ConfirmRemoved);
                off && answer.is_some_and(|answer| answer.is_ok())
            }
            _ => false,
        };
        self.on_head = worn || (self.on_head && !said_off);
    }

    /// What the coupling shows. One that cannot be read shows nothing.
    pub(super) fn see(&mut self, coupled: Result<bool, Fault>) {
        self.on_head &= coupled != Ok(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_session::{Accepted, Refusal, Role};

    fn asked(request: Request) -> supervise::Event {
        supervise::Event::Request { request, role: Role::Nurse }
    }

    #[test]
    fn what_was_worn_is_worn_until_somebody_says_or_sees_otherwise() {
        let mut seat = Seat::default();
        seat.hear(&asked(Request::Worn(true)), Some(Ok(Accepted::Done)), true);
        let worn = seat;
        seat.hear(&asked(Request::Cancel), Some(Ok(Accepted::Done)), false);
        seat.hear(&asked(Request::ConfirmRemoved), Some(Err(Refusal::WrongPhase)), false);
        seat.hear(&supervise::Event::Fact(Fact::Comfort(3)), None, false);
        seat.see(Err(Fault::Unavailable));
        seat.see(Ok(true));
        assert_eq!((seat, seat.may_be_on_a_head()), (worn, true));
        let mut told = seat;
        told.hear(&supervise::Event::Fact(Fact::CapOff), None, false);
        let mut removed = seat;
        removed.hear(&asked(Request::ConfirmRemoved), Some(Ok(Accepted::Done)), false);
        seat.see(Ok(false));
        assert_eq!([told, removed, seat], [Seat::default(); 3]);
    }

    #[test]
    fn another_cap_than_the_worn_one_is_told_once() {
        let mut seat = Seat::default();
        assert!(!seat.is_swapped(Some(8), false), "nobody wears any");
        assert!(!seat.is_swapped(None, true) && !seat.is_swapped(Some(7), true));
        assert!(!seat.is_swapped(None, true), "it does not say who it is for a while");
        assert_eq!(seat.worn_cap(), Some(7));
        assert!(seat.is_swapped(Some(8), true));
        assert!(!seat.is_swapped(Some(8), false) && seat.worn_cap().is_none());
        assert!(!seat.is_swapped(Some(8), true), "somebody has said that it is on");
        assert_eq!(Seat::restored(true, seat.worn_cap()).worn_cap(), Some(8));
    }
}
