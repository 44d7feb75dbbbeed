//! Ideas and automations: the record on the wire, and the calls that list, show and submit them.

pub mod record;
