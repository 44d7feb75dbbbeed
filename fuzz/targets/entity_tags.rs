#![no_main]

automation_hub_fuzz::target!(entity_tags);
