//! The skin under a cap, as estimated and as it is; a cap that does not touch; the length of a break.
//!
//! The toy head is made as the observer's model is, so its agreement proves nothing; the proof is the
//! population of `crates/coldcap-sim/tests/skin_observer.rs`.
//!
//! `cargo run -p coldcap-examples --example thermal_skin`

use coldcap_examples::Head;
use coldcap_thermal::skin::{
    ContactFinding, ContactWatch, Forecast, SkinConfig, SkinInput, SkinObserver, WatchLimits,
};
use coldcap_units::{Coolant, Duration, Fault, Interface, MillilitersPerMinute, Skin};

const SECOND: Duration = Duration::from_secs(1);
const CONFIG: SkinConfig = SkinConfig::REFERENCE;
const WARM: Skin = Skin::from_milli(22_000);

fn degrees(milli: i32) -> f64 {
    f64::from(milli) / 1e3
}

fn milli(value: f64) -> i32 {
    (value * 1e3).round() as i32
}

/// Forty minutes of coolant that goes down to −4 °C, then a break.
fn session(hair: f64) {
    let mut head = Head::new(hair);
    let (mut observer, mut contact) = (SkinObserver::new(&CONFIG), ContactWatch::new());
    let mut forecast = None;
    println!("\nhair {hair} m²K/W\n  min   face   skin   estimate          contact");
    for second in 0..5_400_u32 {
        let flowing = second < 2_400;
        let coolant = (22.0 - f64::from(second) * 0.05).max(-4.0);
        let returned = Coolant::from_milli(milli(head.step(flowing.then_some(coolant))));
        let face = Ok(Interface::from_milli(milli(head.face)));
        let estimate = observer.step(
            &CONFIG,
            &SkinInput {
                supply: if flowing {
                    Ok(Coolant::from_milli(milli(coolant)))
                } else {
                    Err(Fault::Stale)
                },
                returned: if flowing { Ok(returned) } else { Err(Fault::Stale) },
                flow: Ok(MillilitersPerMinute(if flowing { 1_000 } else { 0 })),
                front: face,
                rear: face,
                worn: true,
                coupled: true,
                pump: flowing,
                dt: SECOND,
            },
        );
        let said = contact.step(&WatchLimits::REFERENCE, true, flowing, observer.contact(), SECOND);
        if flowing && second % 300 == 299 {
            let doubtful = matches!(said, ContactFinding::Doubtful(_));
            let word = if doubtful { "DOUBTFUL: never a reason to warm" } else { "" };
            let Ok(skin) = estimate else { continue };
            let [mean, half] = [skin.skin.to_milli(), skin.uncertainty.to_milli()];
            let shown = format!("{:5.1} ± {:3.1} °C", degrees(mean), degrees(half));
            let minute = second / 60 + 1;
            println!("{minute:>5} {:>6.1} {:>6.1}   {shown:<16}  {word}", head.face, head.skin);
        }
        if second == 2_400 {
            forecast = observer.time_to(&CONFIG, WARM).ok();
        }
        if !flowing && head.skin >= 22.0 {
            println!("break: 22 °C after {} s; foretold {}", second - 2_400, words(forecast));
            return;
        }
    }
}

fn words(forecast: Option<Forecast>) -> String {
    match forecast {
        Some(Forecast::Within(crossing)) => {
            let latest = crossing.latest.map_or("later".into(), |it| it.as_secs().to_string());
            let [earliest, expected] =
                [crossing.earliest, crossing.expected].map(Duration::as_secs);
            format!("{expected} s, between {earliest} and {latest}")
        }
        Some(Forecast::Reached) => "now: it may be warm already".into(),
        Some(Forecast::Later { horizon, .. }) => format!("not within {} min", horizon.as_mins()),
        None => "nothing".into(),
    }
}

fn main() {
    session(0.0335); // the median head
    session(0.065); // the cap does not touch: the face is colder, the skin warmer
}
