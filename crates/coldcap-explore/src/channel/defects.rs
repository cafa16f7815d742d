//! Planted defects: step functions that are wrong in one thing, to see that the explorer finds it.
