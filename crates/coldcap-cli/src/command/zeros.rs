//! Messages for tests that fill in what they are about.

use coldcap_wire::message::Body;

/// The shortest body of a message, all zero, read.
pub(crate) fn message<M: Body>() -> M {
    let shortest = (0..256).find_map(|length| M::decode(&vec![0; length]).ok());
    shortest.expect("every message may be zero")
}
