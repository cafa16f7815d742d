//! The steps whose cost is measured.
