//! `cargo xtask explore` calls this.

use coldcap_explore::campaign::{self, Size};
use coldcap_explore::channel::rules::Rules;
use coldcap_explore::channel::scopes;
use coldcap_explore::{diagram, hunt, table};
use coldcap_session::ControlMode;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
usage: coldcap-explore quick | small | full | draw | hunt SEARCH | write FOLDER

  quick         one exploration of seconds: for a copy with a planted defect
  small         the slice for continuous integration
  full          every plan, both modes
  hunt SEARCH   one small search, and in one line what it found: for a copy with a planted defect
  draw          the drawing alone, as it would be written
  write FOLDER  the table of transitions and its drawing";

type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["small"] => explore(Size::Small),
        ["full"] => explore(Size::Full),
        ["quick"] => quick(),
        ["hunt", search] => hunt::run(search).map(|hunted| println!("{hunted}")),
        ["draw"] => {
            print!("{}", diagram::svg());
            Ok(())
        }
        ["write", folder] => write(Path::new(folder)),
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn quick() -> Outcome {
    let scopes = [scopes::of_defects(ControlMode::Coolant)];
    campaign::channels(&scopes, &coldcap::supervise::step).map(|_| ())
}

fn explore(size: Size) -> Outcome {
    let summary = campaign::run(size, &coldcap::supervise::step)?;
    println!("{summary}");
    let failures = summary.failures();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn write(folder: &Path) -> Outcome {
    let mut rules = Rules::default();
    for report in campaign::channels(&campaign::of_the_table(), &coldcap::supervise::step)? {
        rules.merge(&report.rules);
    }
    let save = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    let missing = diagram::missing(&rules.coverage);
    if !missing.is_empty() {
        return Err(missing.join("\n"));
    }
    save("session-transitions.csv", table::csv(&rules.coverage))?;
    save("session-states.svg", diagram::svg())
}
