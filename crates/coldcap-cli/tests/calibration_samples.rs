//! The sample files that the README names.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use support::{Done, coldcap};

fn run(arguments: &[&str], file: &str) -> Done {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/calibration/");
    let done = coldcap(&[arguments, &[&format!("{path}{file}"), "--json"]].concat());
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    done
}

#[test]
fn the_files_of_the_readme_are_there_and_sound() {
    let ice = run(&["calibrate", "ice", "--data"], "ice.csv").json();
    assert_eq!(ice["verdict"], "passes");
    let certificate = run(&["calibrate", "certificate"], "sensor.bin").json();
    assert_eq!(certificate["decision"]["conformity"], "conforms");
    let fluid = run(&["fluid", "--at=-4", "--table"], "mine.toml").json();
    assert_eq!((&fluid["mix"], &fluid["patient"]), (&"mine".into(), &true.into()));
}
