#![no_main]

automation_hub_fuzz::target!(log_cursor);
