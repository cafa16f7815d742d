//! The commands of a recording, so that their answers can be told.

use crate::client::{CommandBody, Message};
use coldcap_wire::message::{AnyMessage, Response, Status};
use std::collections::VecDeque;

/// More than any host has unanswered at a time.
const REMEMBERED: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Command {
    endpoint: u8,
    rid: u16,
    has_deadline: bool,
    body: CommandBody,
}

/// The newest commands, the newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Commands(VecDeque<Command>);

impl Commands {
    /// Takes note of it, if it is one.
    pub(super) fn note(&mut self, packet: Option<(u8, AnyMessage)>) {
        let Some((endpoint, message)) = packet else { return };
        let (Some(head), Some(body)) = (message.command_head(), CommandBody::of(&message)) else {
            return;
        };
        self.0.truncate(REMEMBERED - 1);
        let (rid, has_deadline) = (head.rid, head.deadline != 0);
        self.0.push_front(Command { endpoint, rid, has_deadline, body });
    }

    /// What a client tells of an answer; nothing where the command is not known.
    pub(super) fn answered(&self, endpoint: u8, response: &Response) -> Option<Message> {
        let asked = |it: &&Command| it.endpoint == endpoint && it.rid == response.rid;
        let Command { rid, has_deadline, body: command, .. } = *self.0.iter().find(asked)?;
        let response = *response;
        Some(match response.status {
            Status::EXPIRED if response.reason == 0 && has_deadline => {
                Message::TooLate { rid, command }
            }
            Status::STALE => Message::Stale { rid, command, revision: response.value as u16 },
            _ => Message::Response { rid, command, response },
        })
    }
}
