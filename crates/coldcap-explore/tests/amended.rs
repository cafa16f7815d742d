//! An amended mark never credits more than was cooled, wherever an amendment can be made.

use coldcap_explore::channel::{amended, scopes, words};
use coldcap_session::{ControlMode, PostClock};

#[test]
#[ignore = "a minute in a development build; `cargo xtask explore-slice` runs it in release"]
fn no_amendment_credits_more_than_was_cooled() {
    let scope = scopes::amendments(PostClock::Cooled, ControlMode::Coolant);
    let (states, credits) = amended::run(&scope, &coldcap::supervise::step)
        .map_err(|found| words::script(&found.events))
        .expect("nothing is broken");
    println!("{states} states, {credits:?}");
    assert!(credits.judged > credits.partial && credits.partial > 0, "{credits:?}");
}
