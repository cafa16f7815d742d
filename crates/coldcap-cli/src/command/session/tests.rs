//! Bad scripts: one line each, that names the field, what stands there, and what is allowed.

use super::script::Script;

fn refused(text: &str) -> String {
    let line = Script::parse(text, "s.toml").unwrap_err().to_string();
    assert!(!line.contains('\n') && line.contains(": allowed "), "{line}");
    line
}

fn assert_refused(text: &str, beginning: &str) {
    let line = refused(text);
    assert!(line.starts_with(beginning), "{text}: {line}");
}

#[test]
fn every_field_is_checked_and_named() {
    for (text, beginning) in [
        ("at = 3", "s.toml:at: "),
        ("colour = 1", "s.toml:colour: unknown field: allowed "),
        ("regimen = \"beer\"", "s.toml:regimen: \"beer\": allowed 1 to 10 or one of "),
        ("regimen = 99", "s.toml:regimen: 99: allowed "),
        ("regimen = 9", "s.toml:regimen: newer_drugs: allowed "),
        ("regimen = 3\nsource = \"dutch_site\"", "s.toml:source: \"dutch_site\": allowed "),
        ("source = \"oslo\"", "s.toml:source: "),
        ("[plan]\npre_min = 5", "s.toml:plan.pre_min: 5: allowed 10 to 60"),
        ("[plan]\nfoo = 5", "s.toml:plan.foo: unknown field: allowed "),
        ("date = \"2026-02-30\"", "s.toml:date: \"2026-02-30\": allowed "),
        ("[[at]]\ndo = \"stop\"", "s.toml:at[0].time: missing: allowed "),
        ("[[at]]\ntime = \"1:00\"\ndo = \"stop\"", "s.toml:at[0].time: \"1:00\": allowed "),
        ("[[at]]\ntime = \"00:61:00\"\ndo = \"stop\"", "s.toml:at[0].time: "),
        ("[[at]]\ntime = \"25:00:00\"\ndo = \"stop\"", "s.toml:at[0].time: "),
        ("[[at]]\ntime = \"00:00:01\"", "s.toml:at[0].do: none: allowed just one of "),
        (
            "[[at]]\ntime = \"00:00:01\"\ndo = \"stop\"\nfact = \"cap_off\"",
            "s.toml:at[0].do: do and fact: allowed just one of ",
        ),
        ("[[at]]\ntime = \"00:00:01\"\ndo = \"dance\"", "s.toml:at[0].do: \"dance\": allowed "),
        (
            "[[at]]\ntime = \"00:00:01\"\ndo = \"stop\"\nconfirm = true",
            "s.toml:at[0].confirm: unknown field: allowed ",
        ),
        (
            "[[at]]\ntime = \"00:00:01\"\ninput = { flow = \"wet\" }",
            "s.toml:at[0].input.flow: \"wet\": allowed 0 to 5000, none, low, own, stuck or a fault: ",
        ),
        (
            "[[at]]\ntime = \"00:00:01\"\ninput = { front_c = 99 }",
            "s.toml:at[0].input.front_c: 99: allowed -40 to 60, ",
        ),
        ("[[at]]\ntime = \"00:00:01\"\npower = \"half\"", "s.toml:at[0].power: \"half\": allowed "),
        (
            "until = \"00:00:01\"\n[[at]]\ntime = \"00:01:00\"\ndo = \"stop\"",
            "s.toml:until: 00:00:01: allowed no earlier than the last entry, at 00:01:00.0",
        ),
        (
            "[[at]]\ntime = \"00:00:01\"\npower = \"off\"\ngap_s = 9\n[[at]]\ntime = \"00:00:05\"\npower = \"off\"",
            "s.toml:at[1].power: off at 00:00:05.0 while it is off: allowed off and on in turn, ",
        ),
        (
            "[[at]]\ntime = \"00:00:01\"\npower = \"on\"",
            "s.toml:at[0].power: on at 00:00:01.0 while it is on: allowed ",
        ),
        ("[[at]]\ntime = \"00:00:01\"\nclock_jump_s = 1.5", "s.toml:at[0].clock_jump_s: "),
        ("[[expect]]\ntime = \"00:00:01\"", "s.toml:expect[0].phase: none: allowed "),
        (
            "[[expect]]\ntime = \"00:00:01\"\nphase = \"nap\"",
            "s.toml:expect[0].phase: \"nap\": allowed ",
        ),
        (
            "[[expect]]\ntime = \"00:00:01\"\noutput = { pump = \"half\" }",
            "s.toml:expect[0].output.pump: \"half\": allowed \"off\", \"on\"",
        ),
        ("[[expect", "s.toml:line 1: [[expect: allowed TOML"),
    ] {
        assert_refused(text, beginning);
    }
}

#[test]
fn a_reason_a_title_and_an_entry_are_what_they_should_be() {
    for (text, beginning) in [
        (
            "[[at]]\ntime = \"00:00:01\"\ndo = \"pause\"\nreason = 128",
            "s.toml:at[0].reason: 128: allowed 0 to 127",
        ),
        (
            "[[at]]\ntime = \"00:00:01\"\ndo = \"amend\"\nmark = \"drug_ended\"\nearlier_min = 1\nreason = 128",
            "s.toml:at[0].reason: 128: allowed 0 to 127",
        ),
        ("title = 3", "s.toml:title: 3 is a whole number: allowed a string"),
        ("title = \"nothing\"", "s.toml:at: none: allowed one [[at]] or [[expect]] at least"),
        ("until = \"00:01:00\"", "s.toml:at: none: allowed "),
        ("", "s.toml:at: none: allowed "),
    ] {
        assert_refused(text, beginning);
    }
}

#[test]
fn no_text_makes_it_panic() {
    let good = include_str!("../../../../../examples/sessions/kinked-hose.toml");
    for cut in (0..good.len()).filter(|cut| good.is_char_boundary(*cut)).step_by(7) {
        let _ = Script::parse(&good[..cut], "s.toml");
        let spoilt = format!("{}\u{7f}{}", &good[..cut], &good[cut..]);
        let _ = Script::parse(&spoilt, "s.toml");
    }
}

#[test]
fn one_expectation_is_a_script() {
    let text = "[[expect]]\ntime = \"00:00:01\"\nphase = \"standby\"";
    let script = Script::parse(text, "s.toml").unwrap();
    assert!(script.steps.is_empty() && script.expects.len() == 1);
}
