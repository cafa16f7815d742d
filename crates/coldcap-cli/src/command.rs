//! One module a command.

pub(crate) mod alarms;
pub(crate) mod calibrate;
pub(crate) mod configuration;
pub(crate) mod convert;
pub(crate) mod csv;
pub(crate) mod decode;
pub(crate) mod demo;
pub(crate) mod fit_cap;
pub(crate) mod fluid;
pub(crate) mod hexadecimal;
pub(crate) mod inputs;
pub(crate) mod keys;
pub(crate) mod lint_table;
pub(crate) mod machine;
pub(crate) mod pair;
pub(crate) mod population;
pub(crate) mod regimen;
pub(crate) mod replay;
pub(crate) mod resistance_table;
pub(crate) mod rounded;
pub(crate) mod run;
pub(crate) mod session;
pub(crate) mod store;
pub(crate) mod tune;
pub(crate) mod vectors;
