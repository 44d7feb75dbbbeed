//! Ideas about the service desk, operations and reports.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "IT/Service desk" {
        "Sort tickets into the right queue" (Daily 160 "tickets" 3) ["ServiceNow"]
            "Every ticket is read by a dispatcher who knows which team looks after what, and half of them come back once."
            "Past tickets show where each kind ended up; that is enough for a good first guess.";
        "Remind users to answer our questions" (Daily 55 "tickets" 2) ["ServiceNow", "Outlook"]
            "Tickets wait for the user, and we remind, wait and close them by hand."
            "Two reminders and a closing note need nobody.";
        "Known errors offered to the caller" (Daily 40 "calls" 6) ["ServiceNow", "Teams"]
            "The answer is often in an article that neither the caller nor the new colleague knows."
            "Offer the three best articles while the ticket is being written.";
        "Laptop orders from request to delivery" (Weekly 35 "laptops" 25) ["ServiceNow", "SAP Ariba"]
            "We copy the request into a purchase order, wait for the serial number and type it into the inventory."
            "All three systems can be reached by a robot; the unpacking stays with us.";
        "Software licences nobody uses" (Monthly 240 "licences" 4) ["ServiceNow", "Entra Admin Center", "Excel"]
            "Licences are paid for people who last opened the program a year ago."
            "Ask the user, wait a week, take it back: simple, and worth real money.";
        "Status page during an outage" (Weekly 5 "updates" 20) ["ServiceNow", "Teams"]
            "While everybody repairs, one person writes the same text into four channels every half hour."
            "One text, four channels, and a reminder for the next one.";
    }
    "IT/Service desk/Accounts and access" {
        "Password resets outside office hours" (Daily 30 "resets" 6) ["Active Directory", "ServiceNow"]
            "The night shift in the plants waits until seven when a password has run out."
            "With a call-back to the team lead’s phone a reset could be safe without us.";
        "Access to shared folders" (Daily 45 "requests" 8) ["ServiceNow", "Active Directory", "Outlook"]
            "We find out who owns the folder, ask by mail, wait for a yes and add the group."
            "Owners are known for most folders; asking and adding is routine.";
        "Half-yearly review of access rights" (Quarterly 320 "lists" 15) ["Active Directory", "Excel", "Outlook"]
            "Managers get a spreadsheet of their people’s rights and return it late, unread or not at all."
            "A short page with keep or remove, and the removal done at once, would satisfy the auditors.";
        "Accounts of external staff" (Weekly 28 "accounts" 15) ["Active Directory", "ServiceNow"]
            "External accounts should end with the contract, but nobody tells us when it is prolonged."
            "Ask the host two weeks before the end, then act on the answer.";
        "Mailbox rights during long absences" (Weekly 16 "requests" 12) ["Entra Admin Center", "ServiceNow"]
            "Two signatures, a date to start and a date to end, and we must remember the end."
            "The computer remembers better.";
    }
    "IT/Operations" {
        "Morning check of nightly jobs" (Daily 48 "jobs" 2) ["SAP S/4HANA", "Teams"]
            "Somebody comes in at six to look at job logs and writes a mail that everything is fine, which it nearly always is."
            "Report only what is not fine and let people sleep.";
        "Backup reports to the auditors" (Monthly 32 "reports" 12) ["Veeam", "SharePoint"]
            "We save screenshots of successful backups into a folder by month, as proof."
            "The proof could be filed on its own, and a gap would be noticed at once.";
        "Restart the print servers in the plants" (Weekly 18 "restarts" 15) ["ServiceNow", "Teams"]
            "When labels stop printing, the plant calls, we restart a service and call back."
            "The symptom is easy to see from here; the restart could have happened already.";
        "Certificates on servers about to expire" (Monthly 40 "certificates" 20) ["Excel", "ServiceNow"]
            "Expiry dates are in a spreadsheet, and last spring the customer portal was down for a morning because of one."
            "Look at every address each night and order the new one in time.";
        "Monthly patch weekend" (Monthly 140 "servers" 8) ["ServiceNow", "Teams"]
            "Owners are asked, a plan is made, servers are patched one after another and tested by hand."
            "Asking, planning and the simple tests can run alone; we keep an eye on the rest.";
        "Disk space warnings" (Daily 22 "warnings" 7) ["ServiceNow"]
            "Most warnings are log files that can be moved. We sign in, move them and close the ticket."
            "Moving old logs is safe to leave to a script that says what it did.";
    }
    "IT/Data and reports" {
        "Nightly refresh of management reports" (Daily 30 "reports" 4) ["Power BI", "SAP S/4HANA"]
            "If a source is late the report shows old numbers, and the board notices before we do."
            "Wait for the source, refresh, and tell the readers when it is late.";
        "Material master quality checks" (Weekly 210 "articles" 4) ["SAP S/4HANA", "Excel"]
            "Missing weights, wrong units and forgotten planners are found by people who stumble over them."
            "Fifty simple checks each night, and each finding to the person who can repair it.";
        "Lists from SAP for people without SAP" (Daily 26 "lists" 9) ["SAP S/4HANA", "Excel", "Outlook"]
            "Colleagues ask for the same exports every week, and we run them because licences are expensive."
            "Let them subscribe, and send the file on the day they chose.";
        "Reconcile sales figures between two systems" (Weekly 36 "comparisons" 20) ["Salesforce", "SAP S/4HANA", "Power BI"]
            "Sales and finance bring different numbers to the same meeting. We explain the difference afterwards."
            "Explaining it beforehand would make for shorter meetings.";
        "Archive project sites after two years" (Monthly 55 "sites" 14) ["SharePoint", "Outlook"]
            "Old project sites stay open since nobody dares to close them."
            "Ask the last owner, archive after a month of silence, keep a way back.";
    }
};
