//! An actuator kept driven by hand: asked for again before its lease is over, for as long as it is granted.

use super::Client;
use super::command::{CommandBody, UNSENT};
use super::message::Message;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{Actuate, Actuator, Status};
use coldcap_wire::service::LONGEST_LEASE;

/// Drives an actuator for as long as somebody holds the button, which is the caller's to know.
///
/// It asks again at half of the lease. The first word of the device that is no grant ends it, and so does an answer that
/// does not come, a lost link and a new session: whoever wants to go on begins anew. Somebody at the machine may have
/// pressed stop.
///
/// ```
/// use coldcap_host::client::{Client, ClientConfig, HandDrive};
/// use coldcap_units::{Duration, Instant};
/// use coldcap_wire::message::Actuator;
///
/// let mut client = Client::new(ClientConfig::new(1));
/// let now = Instant::from_millis(500);
/// let mut drive = HandDrive::new(now, Actuator::PUMP, 500, Duration::from_secs(1));
/// drive.poll(now, &mut client); // in each round of the caller's loop
/// while let Some(message) = client.poll_message() {
///     drive.hear(&message);
/// }
/// assert!(drive.is_on());
/// drive.end(now, &mut client); // the button is let go
/// assert!(!drive.is_on());
/// ```
#[derive(Clone, Debug)]
pub struct HandDrive {
    wish: Actuate,
    every: Duration,
    /// When it is asked next; `None` once it is over.
    due: Option<Instant>,
    /// What waits for its answer.
    asked: Option<u16>,
}

impl HandDrive {
    /// From `now` on: in thousandths of full drive, for a lease of at most two seconds.
    #[must_use]
    pub fn new(now: Instant, actuator: Actuator, drive_permille: u16, lease: Duration) -> Self {
        let lease = lease.min(LONGEST_LEASE);
        let lease_ms = u16::try_from(lease.as_millis()).unwrap_or(u16::MAX);
        let wish = Actuate { head: UNSENT, actuator, drive_permille, lease_ms };
        let every = Duration::from_millis(lease.as_millis() / 2);
        Self { wish, every, due: Some(now), asked: None }
    }

    /// Whether it is still asked for: nothing was refused, lost or ended.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.due.is_some()
    }

    /// When [`poll`](Self::poll) has something to do next; `None` once it is over.
    #[must_use]
    pub const fn next_deadline(&self) -> Option<Instant> {
        self.due
    }

    /// Asks, where it is due and the last time was answered.
    pub fn poll(&mut self, now: Instant, client: &mut Client) {
        // A clock that was set back must not let the lease go by.
        let due = self.due.is_some_and(|due| due <= now || due.since(now) > self.every);
        if due && self.asked.is_none() {
            self.asked = Some(client.command(now, CommandBody::Actuate(self.wish)));
            self.due = Some(now.plus(self.every));
        }
    }

    /// Takes what the client has to tell; hand it every message.
    pub fn hear(&mut self, message: &Message) {
        let mine = |rid: &u16| self.asked == Some(*rid);
        match message {
            Message::Response { rid, response, .. } if mine(rid) => {
                self.asked = None;
                if response.status != Status::OK {
                    self.due = None;
                }
            }
            Message::TooLate { rid, .. }
            | Message::Stale { rid, .. }
            | Message::TimedOut { rid, .. }
                if mine(rid) =>
            {
                (self.asked, self.due) = (None, None);
            }
            Message::LinkLost | Message::Secured | Message::NotSecured(_) => self.due = None,
            _ => {}
        }
    }

    /// The button is let go: the device is told, and its lease would end it anyway. What was asked and not answered is not
    /// asked again.
    pub fn end(&mut self, now: Instant, client: &mut Client) {
        self.due = None;
        if let Some(asked) = self.asked.take() {
            client.withdraw(asked);
        }
        client.command(now, CommandBody::Actuate(Actuate { lease_ms: 0, ..self.wish }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientConfig;
    use coldcap_wire::message::Response;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    /// A drive for a second that has asked once, under this id.
    fn asked() -> (Client, HandDrive, u16) {
        let mut client = Client::new(ClientConfig::new(1));
        let mut drive = HandDrive::new(at(0), Actuator::VALVE, 300, Duration::from_secs(1));
        drive.poll(at(0), &mut client);
        let rid = drive.asked.unwrap();
        (client, drive, rid)
    }

    fn answer(rid: u16, status: Status) -> Message {
        let command = CommandBody::StartFit;
        Message::Response { rid, command, response: Response::new(rid, status) }
    }

    #[test]
    fn it_asks_again_at_half_of_the_lease_once_it_was_answered() {
        let (mut client, mut drive, rid) = asked();
        drive.poll(at(500), &mut client);
        assert_eq!(drive.asked, Some(rid), "no answer yet: nothing piles up");
        drive.hear(&answer(rid.wrapping_add(9), Status::DENIED));
        assert!(drive.is_on(), "another command's answer");
        drive.hear(&answer(rid, Status::OK));
        drive.poll(at(499), &mut client);
        assert_eq!((drive.asked, drive.next_deadline()), (None, Some(at(500))));
        drive.poll(at(500), &mut client);
        assert_eq!(drive.asked, Some(rid + 1));
    }

    #[test]
    fn a_clock_that_is_set_back_lets_no_lease_go_by() {
        let (mut client, mut drive, rid) = asked();
        drive.hear(&answer(rid, Status::OK));
        drive.due = Some(at(60_000));
        drive.poll(at(100), &mut client);
        assert_eq!((drive.asked, drive.next_deadline()), (Some(rid + 1), Some(at(600))));
    }

    #[test]
    fn whatever_is_no_grant_ends_it() {
        let (_, _, rid) = asked();
        let command = CommandBody::StartFit;
        let ends = [
            answer(rid, Status::BAD_STATE),
            answer(rid, Status::DENIED),
            answer(rid, Status::NO_CHANGE),
            Message::TooLate { rid, command },
            Message::Stale { rid, command, revision: 1 },
            Message::TimedOut { rid, command },
            Message::LinkLost,
            Message::Secured,
        ];
        for end in ends {
            let (mut client, mut drive, _) = asked();
            drive.hear(&end);
            assert!(!drive.is_on(), "{end:?}");
            drive.poll(at(60_000), &mut client);
            assert!(!drive.is_on(), "it does not begin again by itself");
        }
    }

    #[test]
    fn a_longer_lease_is_the_longest_and_an_end_has_none() {
        let drive = HandDrive::new(at(0), Actuator::PUMP, 1, Duration::from_mins(1));
        assert_eq!((drive.wish.lease_ms, drive.every), (2_000, Duration::from_secs(1)));
        let (mut client, mut drive, _) = asked();
        drive.end(at(100), &mut client);
        assert!(!drive.is_on());
        drive.poll(at(60_000), &mut client);
        assert_eq!(drive.asked, None);
    }

    #[test]
    fn what_was_asked_is_not_asked_again_once_the_button_was_let_go() {
        let (mut client, mut drive, _) = asked();
        let asks = |client: &Client| client.requests.begins_something();
        assert!(asks(&client));
        drive.end(at(100), &mut client);
        assert!(!asks(&client));
    }
}
