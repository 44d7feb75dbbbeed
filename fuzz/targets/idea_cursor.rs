#![no_main]

automation_hub_fuzz::target!(idea_cursor);
