//! Ideas about planning, quality and keeping machines running.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "Production/Planning" {
        "Missing parts list before each shift" (Daily 36 "orders" 8) ["SAP S/4HANA", "Siemens Opcenter"]
            "The shift lead compares the plan with stock on paper and finds out what is missing when the shift begins."
            "The comparison could be there two hours earlier, when something can still be done.";
        "Move orders when a machine stops" (Daily 18 "orders" 15) ["Siemens Opcenter", "SAP S/4HANA"]
            "When a machine stops we move its orders by hand and forget to tell the warehouse."
            "Propose the move, and let planner and warehouse see the same list.";
        "Shift hand-over notes" (Daily 24 "notes" 10) ["Siemens Opcenter", "Teams"]
            "Output, scrap and faults are copied from the screens into a handwritten book."
            "The figures could fill in themselves, and the lead would add what a screen doesn’t know.";
        "Release production orders each morning" (Daily 70 "orders" 3) ["SAP S/4HANA"]
            "Orders are released one by one after checking parts, tools and drawings."
            "All three checks are yes or no, so complete orders could be released at five.";
        "Output figures for the daily meeting" (Daily 9 "lines" 12) ["Siemens Opcenter", "Excel", "Power BI"]
            "Someone collects yesterday’s numbers from every line and paints them on a board at half past seven."
            "A screen would do, and the someone could look after the line.";
        "Planned against real cycle times" (Monthly 160 "articles" 8) ["SAP S/4HANA", "Siemens Opcenter", "Excel"]
            "Planned times are years old for many articles, and we correct them when a customer complains about a date."
            "Compare each month and propose those that are off by more than a tenth.";
        "Purchase plan for packaging" (Weekly 45 "articles" 7) ["SAP S/4HANA", "Excel"]
            "Boxes and film are planned in a separate sheet, because nobody put them into the bill of material."
            "Derive them from the orders of the next weeks and we would stop running out on Fridays.";
    }
    "Production/Quality" {
        "Supplier complaints from incoming inspection" (Weekly 32 "complaints" 25) ["Babtec Q", "Outlook", "SAP S/4HANA"]
            "For each rejected delivery we write a report with pictures, block the stock and ask the supplier for a statement."
            "Pictures and measurements are taken anyway; the report could be put together from them.";
        "Follow up corrective actions" (Weekly 60 "actions" 7) ["Babtec Q", "Outlook"]
            "Actions from audits and complaints have owners and dates, and we ask each owner once a week."
            "Asking is not quality work, and I would like to stop doing it.";
        "Control charts of critical dimensions" (Daily 55 "charts" 4) ["Babtec Q", "Excel"]
            "Measurements are exported and charted so that we see a drift before parts are bad."
            "Rules for a drift are in every textbook; ring a bell when one is met.";
        "Calibration of gauges" (Monthly 190 "gauges" 9) ["Babtec Q", "Excel"]
            "We print the list of gauges due, look for them in the plant and lock those not returned."
            "Reminding the owner and locking the gauge could happen on the day.";
        "Initial sample reports for customers" (Weekly 14 "reports" 95) ["Babtec Q", "SharePoint"]
            "Every customer wants another form for the same dimensions, materials and process data."
            "The data is there once; filling the forms is what takes the afternoon.";
    }
    "Production/Quality/Inspection records" {
        "Test bench results into the quality system" (Daily 85 "results" 4) ["Babtec Q", "Siemens Opcenter"]
            "The bench writes a file, we open it, read seven values and type them in."
            "Take the file as it is, then no seven can become a one.";
        "Material certificates to batches" (Daily 42 "certificates" 7) ["Babtec Q", "Kofax", "SAP S/4HANA"]
            "Certificates come by mail days after the steel. Until they are matched the batch is blocked."
            "Heat number and supplier are on both; a match would free the batch within minutes.";
        "Archive of handwritten inspection sheets" (Weekly 260 "sheets" 2) ["Kofax", "SharePoint"]
            "Sheets are scanned and named by order number, and every auditor asks for one we can’t find."
            "The order number is a barcode in the corner of the sheet.";
        "Final inspection checklist per customer" (Daily 48 "checklists" 5) ["Babtec Q", "SAP S/4HANA"]
            "The inspector picks the right list from a binder, because customers have special wishes."
            "Customer and article decide the list; print it with the order.";
    }
    "Production/Maintenance" {
        "Maintenance orders from machine hours" (Weekly 75 "orders" 6) ["IBM Maximo", "Siemens Opcenter"]
            "We read hour counters on Friday and write the orders for what is due."
            "The counters are on the network. Orders could write themselves.";
        "Order spare parts at minimum stock" (Daily 25 "parts" 7) ["IBM Maximo", "SAP S/4HANA"]
            "The store keeper writes empty bins on a list, and we turn the list into purchase requests."
            "A scan at the bin should be the purchase request.";
        "Permits for hot work and confined spaces" (Daily 12 "permits" 18) ["SharePoint", "IBM Maximo"]
            "Permits are filled in three copies and signed by people who must be found first."
            "Most fields repeat from the work order, and the signatures could be asked for on the phone.";
        "Energy meters of all halls" (Weekly 110 "meters" 3) ["Excel", "Power BI"]
            "A trainee walks through the halls with a clipboard and types the numbers in on Monday."
            "Half of the meters can be read from afar; for the others a photo would be enough.";
        "Crane and lift inspections by law" (Monthly 38 "inspections" 20) ["IBM Maximo", "Outlook"]
            "Dates come from the inspector’s letter, and a missed one stops the crane."
            "Ask for a date two months ahead and put the report where the next inspector looks.";
        "Fault messages to the right fitter" (Daily 60 "faults" 4) ["IBM Maximo", "Teams"]
            "Operators call the workshop, whoever answers writes a note, and the electrician gets the hydraulic fault."
            "Fault code and machine say who is needed.";
        "Repair costs by machine for the budget" (Yearly 240 "machines" 12) ["IBM Maximo", "SAP S/4HANA", "Excel"]
            "For the budget we add up hours, parts and invoices per machine from three systems."
            "One table a month, and the budget is a matter of an afternoon.";
    }
};
