//! What is compiled for a device.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// Features that only a host or a test switches on.
const OF_HOSTS: [&str; 5] = ["physics", "simulated", "fast", "std", "tokio"];

/// Whether something with these attributes is never part of a device.
pub(crate) fn left_out(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            list.parse_args::<Meta>().is_ok_and(|condition| !can_be(&condition, true))
        }
        _ => false,
    })
}

/// Whether a condition can have this value on some device.
fn can_be(condition: &Meta, wanted: bool) -> bool {
    match condition {
        Meta::Path(path) => !(wanted && path.is_ident("test")),
        Meta::NameValue(pair) => {
            !(wanted && pair.path.is_ident("feature") && is_of_hosts(&pair.value))
        }
        Meta::List(list) => {
            let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
            let Ok(parts) = list.parse_args_with(parser) else { return true };
            let mut parts = parts.iter();
            if list.path.is_ident("not") {
                return parts.any(|part| can_be(part, !wanted));
            }
            if list.path.is_ident("all") == wanted {
                parts.all(|part| can_be(part, wanted))
            } else {
                parts.any(|part| can_be(part, wanted))
            }
        }
    }
}

fn is_of_hosts(value: &syn::Expr) -> bool {
    match value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => {
            OF_HOSTS.contains(&text.value().as_str())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_hosts_are_left_out_and_nothing_else() {
        let is_left_out = |condition: &str| {
            let item: syn::ItemFn =
                syn::parse_str(&format!("#[cfg({condition})] fn f() {{}}")).unwrap();
            left_out(&item.attrs)
        };
        for condition in [
            "test",
            "feature = \"physics\"",
            "any(test, feature = \"fast\")",
            "all(test, target_arch = \"arm\")",
        ] {
            assert!(is_left_out(condition), "{condition}");
        }
        for condition in [
            "feature = \"journal\"",
            "not(feature = \"fast\")",
            "any(test, not(feature = \"fast\"))",
            "not(any(test, feature = \"std\"))",
            "target_arch = \"arm\"",
        ] {
            assert!(!is_left_out(condition), "{condition}");
        }
    }
}
