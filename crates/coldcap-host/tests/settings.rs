//! Settings as text: what is printed is read again.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use coldcap_host::settings::{KNOWN_MODEL, Table};
use coldcap_wire::message::Setting;
use proptest::prelude::*;

const fn setting(key: u16, value: i32, minimum: i32, maximum: i32) -> Setting {
    Setting { rid: 0, revision: 9, changed: 1, key, value, minimum, maximum, left: 0 }
}

#[test]
fn another_model_has_its_settings_by_number() {
    let table = Table::new(KNOWN_MODEL + 1, 9, [setting(4, 1, 0, 1)]);
    assert!(table.to_string().ends_with("# not known to this host: 0 to 1\nsetting_4 = 1\n"));
    let refused = table.parse("language = \"en\"", "f").unwrap_err().to_string();
    assert_eq!(refused, "f:language: unknown field: allowed setting_ and a key, 0 to 65535");
}

#[test]
fn a_key_has_one_name() {
    let table = Table::new(KNOWN_MODEL, 9, []);
    for name in ["setting_01", "setting_+1", "setting_", "setting_65536", "setting_x"] {
        assert!(table.parse(&format!("\"{name}\" = 1"), "f").is_err(), "{name}");
    }
    assert_eq!(table.parse("setting_65535 = -1", "f").unwrap()[0].key, u16::MAX);
}

#[test]
fn a_code_without_a_word_stays_a_number() {
    let table = Table::new(KNOWN_MODEL, 9, [setting(4, 7, 0, 9)]);
    assert!(table.to_string().ends_with("language = 7\n"));
    assert_eq!(table.parse("language = 7", "f").unwrap()[0].value, 7);
    assert_eq!(table.parse("language = \"de\"", "f").unwrap()[0].value, 1);
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(
        model in 0u16..3,
        told in prop::collection::btree_map(0u16..20, any::<i32>(), 0..12),
    ) {
        let settings = told.iter().map(|(key, value)| setting(*key, *value, i32::MIN, i32::MAX));
        let table = Table::new(model, 9, settings);
        let wishes = table.parse(&table.to_string(), "f").unwrap();
        prop_assert_eq!(wishes.len(), told.len());
        for wish in &wishes {
            prop_assert_eq!(Some(&wish.value), told.get(&wish.key));
        }
        prop_assert!(table.check(&wishes, "f").is_ok());
        prop_assert!(table.differences(&wishes).is_empty());
    }
}
