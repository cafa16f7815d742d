//! Which of three futures is done first.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

/// What was done first.
pub(super) enum First<R, W> {
    Read(R),
    Wrote(W),
    Time,
}

/// Waits for reading, writing, or the time, and drops the two that were not first.
///
/// Reading is asked first, or writing where `write_first` says so: whoever calls it again and again takes turns, so
/// that neither starves.
pub(super) async fn race<R, W>(
    read: impl Future<Output = R>,
    write: impl Future<Output = W>,
    time: impl Future<Output = ()>,
    write_first: bool,
) -> First<R, W> {
    let (mut read, mut write, mut time) = (pin!(read), pin!(write), pin!(time));
    poll_fn(|context| {
        if write_first && let Poll::Ready(wrote) = write.as_mut().poll(context) {
            return Poll::Ready(First::Wrote(wrote));
        }
        if let Poll::Ready(read) = read.as_mut().poll(context) {
            return Poll::Ready(First::Read(read));
        }
        if !write_first && let Poll::Ready(wrote) = write.as_mut().poll(context) {
            return Poll::Ready(First::Wrote(wrote));
        }
        time.as_mut().poll(context).map(|()| First::Time)
    })
    .await
}
