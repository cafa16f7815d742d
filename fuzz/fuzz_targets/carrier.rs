//! Both ends' bytes over streams that take and give as they like, stop half-way, and whose turns are dropped: every
//! byte arrives once, in order, by each of the three carriers.
//!
//! Input: one byte `n` and `n % 64` bytes of moods, then one byte `m` and `m % 64` bytes that come, the rest is said in
//! words of up to 32 bytes. A mood is how much is taken or given, 0 for *not now*, 255 for an end of the stream.
#![no_main]

use coldcap_units::Instant;
use coldcap_wire::carrier::{LinkEnd, Turn, blocking, embedded, tokio as asynchronous};
use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use libfuzzer_sys::fuzz_target;
use std::collections::VecDeque;
use std::io::{self, ErrorKind};

const ROOM: usize = 32;

fuzz_target!(|input: &[u8]| {
    let (moods, rest) = take(input);
    let (coming, said) = take(rest);
    over_a_blocking_stream(moods, coming, said);
    over_a_driver(moods, coming, said);
    over_tokio(moods, coming, said);
});

fn take(input: &[u8]) -> (&[u8], &[u8]) {
    match input.split_first() {
        Some((count, rest)) => rest.split_at((usize::from(*count) % 64).min(rest.len())),
        None => (&[], &[]),
    }
}

/// Says words and hears bytes.
struct Talker {
    to_say: VecDeque<Vec<u8>>,
    heard: Vec<u8>,
}

impl Talker {
    fn saying(said: &[u8]) -> Self {
        Self { to_say: said.chunks(ROOM).map(<[u8]>::to_vec).collect(), heard: vec![] }
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
        Instant::from_millis(if self.to_say.is_empty() { 50 } else { 0 })
    }
}

/// What a stream does when it is asked.
enum Mood {
    Some(usize),
    NotNow,
    Ended,
}

struct Moody {
    moods: VecDeque<u8>,
    to_give: VecDeque<u8>,
    taken: Vec<u8>,
    ended: bool,
}

impl Moody {
    fn new(moods: &[u8], coming: &[u8]) -> Self {
        let (moods, to_give) = (moods.iter().copied().collect(), coming.iter().copied().collect());
        Self { moods, to_give, taken: vec![], ended: false }
    }

    fn mood(&mut self) -> Mood {
        match self.moods.pop_front() {
            Some(0) => Mood::NotNow,
            Some(255) => {
                self.ended = true;
                Mood::Ended
            }
            Some(count) => Mood::Some(count.into()),
            None => Mood::Some(usize::MAX),
        }
    }

    fn give(&mut self, into: &mut [u8]) -> Option<usize> {
        let most = match self.mood() {
            Mood::Some(most) => most,
            Mood::NotNow => return None,
            Mood::Ended => return Some(0),
        };
        let count = most.min(into.len()).min(self.to_give.len());
        for (slot, byte) in into.iter_mut().zip(self.to_give.drain(..count)) {
            *slot = byte;
        }
        (count > 0).then_some(count)
    }

    fn take(&mut self, from: &[u8]) -> Option<usize> {
        let most = match self.mood() {
            Mood::Some(most) => most,
            Mood::NotNow => return None,
            Mood::Ended => return Some(0),
        };
        let count = most.min(from.len());
        self.taken.extend_from_slice(&from[..count]);
        Some(count)
    }

    /// Everything came through; where the stream has ended, no more than that, and nothing else.
    fn judge(&self, end: &Talker, coming: &[u8], said: &[u8]) {
        assert!(coming.starts_with(&end.heard) && said.starts_with(&self.taken));
        assert!(self.ended || (end.heard == coming && self.taken == said));
    }
}

impl io::Read for Moody {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.give(into).ok_or_else(|| ErrorKind::WouldBlock.into())
    }
}

impl io::Write for Moody {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.take(from).ok_or_else(|| ErrorKind::Interrupted.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Turns enough for every mood and every byte.
fn turns(moods: &[u8], coming: &[u8], said: &[u8]) -> usize {
    2 * (moods.len() + coming.len() + said.len() + 2)
}

fn over_a_blocking_stream(moods: &[u8], coming: &[u8], said: &[u8]) {
    let (mut end, mut carrier) = (Talker::saying(said), blocking::Carrier::<ROOM>::default());
    let mut wire = Moody::new(moods, coming);
    for _ in 0..turns(moods, coming, said) {
        match carrier.turn(Instant::ZERO, &mut end, &mut wire) {
            Ok(Turn::Closed) => break,
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WriteZero);
                break;
            }
        }
    }
    wire.judge(&end, coming, said);
    broken(said);
}

/// A stream that fails says so.
fn broken(said: &[u8]) {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
    }
    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::TimedOut.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (mut end, mut carrier) = (Talker::saying(said), blocking::Carrier::<ROOM>::new());
    let turn = carrier.turn(Instant::ZERO, &mut end, &mut Broken);
    assert_eq!(turn.map_err(|error| error.kind()), Err(ErrorKind::BrokenPipe));
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

/// The deadline of an end that has nothing to say comes at every second look.
struct Ticking(RefCell<bool>);

impl embedded::Clock for Ticking {
    fn now(&self) -> Instant {
        Instant::ZERO
    }

    async fn until(&self, _: Instant) {
        poll_fn(|_| {
            let comes = self.0.replace_with(|comes| !*comes);
            if comes { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Each turn is asked once and dropped, done or not.
fn over_a_driver(moods: &[u8], coming: &[u8], said: &[u8]) {
    let (mut end, mut carrier) = (Talker::saying(said), embedded::Carrier::<ROOM>::default());
    let wire = RefCell::new(Moody::new(moods, coming));
    let clock = Ticking(RefCell::new(false));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..turns(moods, coming, said) {
        let (mut receiver, mut transmitter) = (Half(&wire), Half(&wire));
        let turn = carrier.turn(&clock, &mut end, &mut receiver, &mut transmitter);
        if let Poll::Ready(Ok(Turn::Closed)) = pin!(turn).poll(&mut context) {
            break;
        }
    }
    wire.borrow().judge(&end, coming, said);
}

/// One half of a stream of tokio.
struct Stream<'a>(&'a RefCell<Moody>);

impl tokio::io::AsyncRead for Stream<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.0.borrow_mut().give(buffer.initialize_unfilled()) {
            Some(count) => {
                buffer.advance(count);
                Poll::Ready(Ok(()))
            }
            None => Poll::Pending,
        }
    }
}

impl tokio::io::AsyncWrite for Stream<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().take(from).map_or(Poll::Pending, |count| Poll::Ready(Ok(count)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The same; the runtime's own time is paused and goes on where everybody waits.
fn over_tokio(moods: &[u8], coming: &[u8], said: &[u8]) {
    let builder = &mut tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let (mut end, mut carrier) =
            (Talker::saying(said), asynchronous::Carrier::<ROOM>::default());
        let wire = RefCell::new(Moody::new(moods, coming));
        for _ in 0..turns(moods, coming, said) {
            let (mut receiver, mut transmitter) = (Stream(&wire), Stream(&wire));
            let turn = carrier.turn(&mut end, &mut receiver, &mut transmitter);
            match poll_once_or_wait(turn).await {
                Some(Ok(Turn::Closed) | Err(_)) => break,
                Some(Ok(_)) | None => {}
            }
        }
        wire.borrow().judge(&end, coming, said);
    });
}

/// Asks a turn, gives the timer a moment, and drops it where it still waits.
async fn poll_once_or_wait<T>(turn: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(core::time::Duration::from_millis(60), turn).await.ok()
}
