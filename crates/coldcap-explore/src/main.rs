//! Runs.
use coldcap_explore::channel::{scopes, words};
use coldcap_session::{ControlMode, PostClock};

fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    println!("state {} bytes, event {}", size_of::<coldcap::supervise::State>(), size_of::<coldcap::supervise::Event>());
    let scope = match word.as_str() {
        "sights" => scopes::small_sights(PostClock::Cooled, ControlMode::Coolant),
        "cond" => scopes::small_conditions(ControlMode::Coolant),
        "counts" => scopes::small_counts(ControlMode::Coolant),
        "trips" => scopes::minutes_with_trips(ControlMode::Coolant),
        "gaps" => scopes::minutes_with_gaps(ControlMode::Coolant),
        "bound" => scopes::boundaries(ControlMode::Coolant),
        _ => scopes::minutes(&scopes::plans()[0]),
    };
    match scope.run(&coldcap::supervise::step) {
        Ok(report) => {
            println!("{} {} states {} transitions depth {} closed {} {:?}", report.name, report.states, report.transitions, report.depth, report.closed, report.time);
            for c in report.counted() { println!("{:4} {:12} {}", c.id, c.antecedents, c.text); }
            if let Some(l) = &report.liveness { println!("longest {} parts {:?}", l.longest, l.parts); }
            println!("cells {:?} gaps {:#?} surprises {:?}", report.rules.coverage.cells(), report.rules.coverage.gaps(), report.rules.coverage.surprises());
            println!("rows {}", report.rules.coverage.table().len());
        }
        Err(e) => println!("{} BROKEN\n{}", e.broken, words::script(&e.events)),
    }
}
