#![no_main]

automation_hub_fuzz::target!(page_query);
