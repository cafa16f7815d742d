//! Carriers lose nothing: however little a stream takes and gives, and wherever a turn is dropped.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_units::Instant;
use coldcap_wire::carrier::{LinkEnd, Turn, blocking, embedded, tokio as asynchronous};
use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::io::{self, ErrorKind};

/// Bytes to say, and what was heard.
#[derive(Default)]
struct Talker {
    to_say: VecDeque<Vec<u8>>,
    heard: Vec<u8>,
    next: Option<u64>,
}

impl Talker {
    fn saying(words: &[Vec<u8>]) -> Self {
        Self { to_say: words.iter().cloned().collect(), ..Self::default() }
    }
}

impl LinkEnd for Talker {
    fn receive(&mut self, _now: Instant, bytes: &[u8]) {
        self.heard.extend_from_slice(bytes);
    }

    fn transmit(&mut self, _now: Instant, out: &mut [u8]) -> usize {
        let Some(word) = self.to_say.pop_front() else { return 0 };
        out[..word.len()].copy_from_slice(&word);
        word.len()
    }

    fn next_deadline(&self) -> Instant {
        let at = if self.to_say.is_empty() { self.next.unwrap_or(u64::MAX) } else { 0 };
        Instant::from_millis(at)
    }
}

/// A wire that takes and gives as much at a time as its plan says, and *not now* where that is nothing.
struct Moody {
    plan: VecDeque<usize>,
    to_give: VecDeque<u8>,
    taken: Vec<u8>,
}

impl Moody {
    fn new(plan: &[usize], to_give: &[u8]) -> Self {
        let (plan, to_give) = (plan.iter().copied().collect(), to_give.iter().copied().collect());
        Self { plan, to_give, taken: vec![] }
    }

    fn mood(&mut self) -> usize {
        self.plan.pop_front().unwrap_or(usize::MAX)
    }

    fn give(&mut self, into: &mut [u8]) -> Option<usize> {
        let count = self.mood().min(into.len()).min(self.to_give.len());
        for (slot, byte) in into.iter_mut().zip(self.to_give.drain(..count)) {
            *slot = byte;
        }
        (count > 0).then_some(count)
    }

    fn take(&mut self, from: &[u8]) -> Option<usize> {
        let count = self.mood().min(from.len());
        self.taken.extend_from_slice(&from[..count]);
        (count > 0).then_some(count)
    }
}

impl io::Read for Moody {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.give(into).ok_or_else(|| ErrorKind::WouldBlock.into())
    }
}

impl io::Write for Moody {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.take(from).ok_or_else(|| ErrorKind::TimedOut.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Half of a driver: pending where the wire says *not now*.
struct Half<'a>(&'a RefCell<Moody>);

impl embedded_io_async::ErrorType for Half<'_> {
    type Error = core::convert::Infallible;
}

impl embedded_io_async::Read for Half<'_> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Self::Error> {
        poll_fn(|_| self.0.borrow_mut().give(into).map_or(Poll::Pending, |n| Poll::Ready(Ok(n))))
            .await
    }
}

impl embedded_io_async::Write for Half<'_> {
    async fn write(&mut self, from: &[u8]) -> Result<usize, Self::Error> {
        poll_fn(|_| self.0.borrow_mut().take(from).map_or(Poll::Pending, |n| Poll::Ready(Ok(n))))
            .await
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Time never comes of itself.
struct Still;

impl embedded::Clock for Still {
    fn now(&self) -> Instant {
        Instant::ZERO
    }

    async fn until(&self, at: Instant) {
        poll_fn(|_| if at == Instant::ZERO { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

fn words() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 1..=32), 0..6)
}

fn plans() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..5, 0..200)
}

proptest! {
    #[test]
    fn a_blocking_stream_gets_and_gives_every_byte(
        words in words(), coming in prop::collection::vec(any::<u8>(), 0..100), plan in plans(),
    ) {
        let (mut end, mut carrier) = (Talker::saying(&words), blocking::Carrier::<32>::new());
        let mut wire = Moody::new(&plan, &coming);
        for _ in 0..plan.len() + coming.len() + words.len() + 1 {
            carrier.turn(Instant::ZERO, &mut end, &mut wire).unwrap();
        }
        prop_assert_eq!(&end.heard, &coming);
        prop_assert_eq!(&wire.taken, &words.concat());
    }

    /// Each turn is asked once and then dropped, done or not: nothing is lost and nothing comes twice.
    #[test]
    fn a_dropped_turn_loses_nothing(
        words in words(), coming in prop::collection::vec(any::<u8>(), 0..100), plan in plans(),
    ) {
        let (mut end, mut carrier) = (Talker::saying(&words), embedded::Carrier::<32>::new());
        let wire = RefCell::new(Moody::new(&plan, &coming));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..2 * (plan.len() + coming.len() + words.concat().len() + 1) {
            let (mut receiver, mut transmitter) = (Half(&wire), Half(&wire));
            let turn = carrier.turn(&Still, &mut end, &mut receiver, &mut transmitter);
            let _ = pin!(turn).poll(&mut context);
        }
        prop_assert_eq!(&end.heard, &coming);
        prop_assert_eq!(&wire.borrow().taken, &words.concat());
    }
}

#[test]
fn a_stream_that_never_stops_giving_does_not_keep_the_other_way_shut() {
    let (mut end, mut carrier) = (Talker::saying(&[vec![7; 8]]), embedded::Carrier::<32>::new());
    let wire = RefCell::new(Moody::new(&[], &[1; 1_000]));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..2 {
        let (mut receiver, mut transmitter) = (Half(&wire), Half(&wire));
        let turn = carrier.turn(&Still, &mut end, &mut receiver, &mut transmitter);
        assert!(pin!(turn).poll(&mut context).is_ready());
    }
    assert_eq!((end.heard.len(), wire.borrow().taken.len()), (32, 8));
}

#[tokio::test(start_paused = true)]
async fn two_ends_talk_over_tokio_and_wake_for_their_deadlines() {
    let (near, far) = tokio::io::duplex(5);
    let (mut near, mut far) = (tokio::io::split(near), tokio::io::split(far));
    let mut one = Talker::saying(&[vec![1; 30], vec![2; 30]]);
    let mut other = Talker { next: Some(50), ..Talker::saying(&[vec![3; 17]]) };
    let mut carriers = [asynchronous::Carrier::<32>::new(), asynchronous::Carrier::<32>::new()];
    let [near_carrier, far_carrier] = &mut carriers;
    let mut idle = None;
    while idle.is_none() || one.heard.len() < 17 || other.heard.len() < 60 {
        tokio::select! {
            turn = near_carrier.turn(&mut one, &mut near.0, &mut near.1) => { turn.unwrap(); }
            turn = far_carrier.turn(&mut other, &mut far.0, &mut far.1) => {
                if turn.unwrap() == Turn::Idle {
                    idle = idle.or(Some(far_carrier.now()));
                }
            }
        }
    }
    assert_eq!(one.heard, vec![3; 17]);
    assert_eq!(other.heard, [vec![1; 30], vec![2; 30]].concat());
    assert_eq!(idle, Some(Instant::from_millis(50)));
    drop(near);
    let turn = far_carrier.turn(&mut other, &mut far.0, &mut far.1).await;
    assert_eq!(turn.unwrap(), Turn::Closed);
}
