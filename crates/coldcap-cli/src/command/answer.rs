//! How a machine answered a command, in the words of the wire.

use coldcap_wire::message::{Response, Status, Vocabulary};

/// What came of it: its status by name.
pub(crate) fn status(response: &Response) -> &'static str {
    response.status.name().unwrap_or("refused")
}

/// The session's own reason against it, where it gave one.
pub(crate) fn reason(response: &Response) -> Option<&'static str> {
    let known = Vocabulary::named("refusal").filter(|_| response.reason != 0)?;
    known.word(response.reason)
}

/// Why it was refused, in one word, the nearest there is; `None` where it was not.
pub(crate) fn why(response: &Response) -> Option<&'static str> {
    match response.status {
        Status::OK => None,
        _ => Some(reason(response).unwrap_or_else(|| status(response))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: Status, reason: u8) -> Response {
        Response { reason, ..Response::new(1, status) }
    }

    #[test]
    fn the_nearest_word_says_why() {
        let known = Vocabulary::named("refusal").unwrap();
        let word = known.words.iter().find(|word| word.code != 0).unwrap();
        let refused = answer(Status::OUT_OF_RANGE, word.code);
        assert_eq!(why(&refused), Some(word.name));
        assert_eq!((status(&refused), reason(&refused)), ("out_of_range", Some(word.name)));
        assert_eq!(why(&answer(Status::OUT_OF_RANGE, 0)), Some("out_of_range"));
        assert_eq!(why(&answer(Status::OUT_OF_RANGE, u8::MAX)), Some("out_of_range"));
        assert_eq!(why(&answer(Status(u8::MAX), 0)), Some("refused"));
    }

    #[test]
    fn what_was_done_has_no_reason_against_it() {
        assert_eq!(why(&answer(Status::OK, 0)), None);
        assert_eq!(why(&answer(Status::OK, 1)), None);
    }
}
