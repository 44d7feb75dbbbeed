//! What is not an ordinary idea: automations people built for themselves, business processes and change requests.

use super::{Frequency, Kind, Topic};

pub(super) const CITIZEN_AUTOMATIONS: &[Topic] = topics! { Kind::CitizenAutomation;
    "Finance/Group accounting" {
        "Workbook merger for monthly comments" (Monthly 38 "workbooks" 12) ["Excel", "SharePoint"]
            "I built this for myself: it opens all comment files of a month, takes the second sheet and puts them into one."
            "Several colleagues asked for it. It stops with a clear message when a sheet was renamed.";
        "Rounding differences finder" (Monthly 60 "tables" 10) ["Excel"]
            "It marks every table whose rows don’t add up to the printed total, which used to cost me an evening before each board paper."
            "Works with any file that has totals in the last row.";
    }
    "People/Recruiting" {
        "Interview notes into the candidate file" (Weekly 30 "notes" 6) ["Outlook", "SAP SuccessFactors"]
            "Takes my notes from the calendar entry after an interview and files them with the candidate."
            "It deletes the note from the calendar afterwards, as data protection wants.";
    }
    "IT/Data and reports" {
        "Calendar week into file names" (Daily 20 "files" 3) ["SharePoint"]
            "Renames exports in our folder to year, week and report name, so that they sort properly."
            "Small, but it ended a long argument in the team.";
        "Ticket numbers from chat to time sheet" (Daily 15 "entries" 4) ["Teams", "ServiceNow"]
            "Collects ticket numbers I mentioned in chat during the day and proposes time sheet lines."
            "I only correct the minutes before I go home.";
        "Dashboard screenshots for the morning meeting" (Daily 8 "pictures" 5) ["Power BI", "Teams"]
            "Opens eight dashboards, takes a picture of each and posts them to the channel at a quarter past seven."
            "Two other teams already copied it, so it had better be looked after.";
    }
    "Service/Field service" {
        "Route sheet for tomorrow’s visits" (Daily 14 "sheets" 8) ["IBM Maximo", "Outlook"]
            "Makes one page per technician with addresses in driving order, gate codes and the customer’s phone number."
            "It takes the order of visits from the plan and doesn’t try to be clever.";
        "Tyre change appointments for service vans" (Yearly 140 "vans" 10) ["Excel", "Outlook"]
            "Reads the list of vans and offers each driver three dates at the nearest garage."
            "Used for two seasons in the Baltics now.";
    }
    "Production/Planning" {
        "Colour codes in the weekly plan" (Weekly 12 "plans" 15) ["Excel", "SAP S/4HANA"]
            "Colours the weekly plan by customer and marks orders without a drawing."
            "The planners in Linz and Brescia both use it every Thursday.";
        "Scrap reasons by shift" (Daily 6 "tables" 12) ["Siemens Opcenter", "Excel"]
            "Counts scrap by reason and shift and mails the table to the three shift leads."
            "Please check the account it runs under; at present it is mine.";
    }
    "Logistics/Transport" {
        "Weather warnings for tomorrow’s tours" (Daily 25 "tours" 2) ["Outlook"]
            "Looks at the forecast along each tour and mails the dispatcher if there is snow or storm."
            "It asks a public service and needs nothing from our systems.";
    }
    "Procurement/Ordering" {
        "Order reminders with the right contact" (Daily 18 "mails" 5) ["SAP S/4HANA", "Outlook"]
            "Finds late orders, looks up the supplier’s contact and leaves a draft in my mailbox."
            "I read every draft before sending, and so should everybody who takes it over.";
    }
};

pub(super) const BUSINESS_PROCESSES: &[Topic] = topics! { Kind::BusinessProcess;
    "Finance/Accounts payable" {
        "Purchase to pay" (Daily 210 "invoices" 11) ["SAP S/4HANA", "SAP Ariba", "Kofax"]
            "From the purchase request to the paid invoice, as it is lived in all European companies."
            "Matching, approvals and supplier questions cause most of the effort.";
    }
    "Sales/Order entry" {
        "Order to cash" (Daily 240 "orders" 14) ["SAP S/4HANA", "Salesforce", "Transporeon"]
            "From the customer’s order to the payment, with delivery and invoice between."
            "Variants exist for spare parts, projects and call-offs.";
    }
    "People/Onboarding" {
        "Hire to retire" (Monthly 90 "events" 45) ["SAP SuccessFactors", "ADP Payroll", "ServiceNow"]
            "Everything that happens to a colleague’s record, from the contract to the last letter."
            "Each country has its own papers, the steps are the same.";
    }
    "Service/Complaints" {
        "Complaint to resolution" (Daily 65 "complaints" 35) ["Salesforce", "Babtec Q"]
            "How a complaint is taken in, examined in the plant, answered and learned from."
            "Owners in service and quality agreed on it in spring.";
    }
};

/// Change requests, each filed with what it changes.
pub(super) const CHANGE_REQUESTS: &[Topic] = &[
    change(
        "Bank statement download and split",
        "Finance/Treasury",
        "Add the two new Polish banks to the statement robot",
        "The robot knows nine banks. Since the merger in September we download two more by hand every morning.",
        "Both offer the same file format as the others, so it should be a small change.",
    ),
    change(
        "Credit note approval reminders",
        "Finance/Accounts receivable",
        "Credit note reminders to deputies during holidays",
        "Reminders go to the manager even when the calendar says that she is away for three weeks.",
        "Please ask the calendar and write to the deputy instead.",
    ),
    change(
        "Three-way match for goods receipts",
        "Finance/Accounts payable",
        "Accept small quantity differences in the three-way match",
        "Bulk goods are never delivered to the gram, so the robot leaves nearly all of them to us.",
        "A tolerance of two per cent, as in the contract, would let most of them pass.",
    ),
    change(
        "Certificates of conformity on request",
        "Service/Customer requests",
        "Certificates in French for the Lyon branch",
        "Customers in France get the English certificate and call Lyon to ask for another.",
        "The translated template exists; the robot only has to choose it.",
    ),
    change(
        "Delivery notes into the warehouse system",
        "Logistics/Warehousing/Goods receipt",
        "Read delivery notes with two orders on one page",
        "When a note covers two orders only the first is booked, and the second is missed until the count.",
        "About one note in twenty is affected, always from the same three suppliers.",
    ),
];

const fn change(
    changes: &'static str,
    category: &'static str,
    name: &'static str,
    today: &'static str,
    wish: &'static str,
) -> Topic {
    Topic {
        kind: Kind::ChangeRequest(changes),
        category,
        name,
        frequency: Frequency::Weekly,
        volume: 30,
        unit: "cases",
        minutes: 6,
        applications: &["SAP S/4HANA"],
        today,
        wish,
    }
}
