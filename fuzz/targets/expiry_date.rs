#![no_main]

automation_hub_fuzz::target!(expiry_date);
