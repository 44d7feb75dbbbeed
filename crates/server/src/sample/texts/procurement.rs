//! Ideas about suppliers, orders and sourcing.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "Procurement/Supplier data" {
        "Supplier onboarding questionnaire" (Weekly 32 "suppliers" 22) ["SAP Ariba", "Outlook", "SAP S/4HANA"]
            "New suppliers fill a form of eight pages, forget half of it, and we send it back two or three times."
            "Checking each answer as it is typed would give us a complete form the first time.";
        "Changed bank details of suppliers" (Weekly 25 "changes" 20) ["SAP S/4HANA", "Outlook"]
            "Because of fraud we call back every change on a known number, then enter it and have it released."
            "The call stays; finding the number, the form and the release could be prepared.";
        "Certificates about to expire" (Monthly 140 "certificates" 9) ["SAP Ariba", "Excel", "Outlook"]
            "Quality and insurance certificates are listed in a sheet, and we ask suppliers for new ones when we happen to look."
            "Asking sixty days ahead and filing the answer is a job without decisions.";
        "Merge suppliers that exist twice" (Monthly 70 "pairs" 16) ["SAP S/4HANA", "Excel"]
            "The same company exists under its old and its new name, so volume discounts are missed."
            "Address and tax number would show the pairs; we would only say yes.";
        "Yearly credit check of critical suppliers" (Yearly 220 "suppliers" 30) ["Creditreform", "Excel"]
            "We download a report per supplier, copy five figures and colour the row."
            "The colours follow from the figures, so the sheet could fill itself every quarter.";
        "Supplier address changes from letters" (Weekly 20 "letters" 7) ["SAP S/4HANA", "SharePoint"]
            "Letters about moves and mergers are scanned by the post room and wait in a folder."
            "Reading the new address and proposing the change would empty the folder.";
    }
    "Procurement/Ordering" {
        "Order confirmations that differ from the order" (Daily 75 "confirmations" 6) ["SAP S/4HANA", "Outlook", "Kofax"]
            "We compare price, date and quantity of each confirmation and tell planning when a date moves."
            "Most confirm exactly what we ordered and need not be opened by anybody.";
        "Chase missing order confirmations" (Daily 50 "mails" 3) ["SAP S/4HANA", "Outlook"]
            "After three days without a confirmation we write, after five we call."
            "The writing could start by itself, so that we begin with the calls.";
        "Purchase requests with missing details" (Daily 30 "requests" 8) ["SAP Ariba", "Outlook"]
            "Requests come without a cost centre or with the account of last year, and go back and forth."
            "The form knows who asks and could fill in both.";
        "Reorder office and safety supplies" (Weekly 65 "orders" 6) ["SAP Ariba", "Excel"]
            "Sites mail lists of gloves, paper and coffee that we type into the catalogue."
            "A minimum per article and site would order before somebody has to write a list.";
        "Close old open orders" (Monthly 260 "orders" 4) ["SAP S/4HANA", "Excel"]
            "Thousands of orders with a small rest quantity stay open and disturb every report."
            "Rules for closing exist; nobody has the patience to follow them by hand.";
        "Delivery date changes to all who wait" (Daily 40 "changes" 7) ["SAP S/4HANA", "Outlook", "Teams"]
            "When a supplier moves a date, we look who needs the part and tell each of them."
            "The list of who needs what is in the system, and so is their address.";
    }
    "Procurement/Ordering/Framework contracts" {
        "Watch how much of each framework is used" (Monthly 95 "contracts" 12) ["SAP S/4HANA", "Excel"]
            "We notice that a framework is used up when the order is refused."
            "A note at eighty per cent would give us time to talk to the supplier.";
        "Price adjustments by index" (Quarterly 48 "contracts" 40) ["SAP S/4HANA", "Excel", "Ironclad"]
            "Steel and energy clauses follow public indices that we copy from a website into a sheet and then into each contract."
            "The formula is in the contract, so new prices could be proposed the day the index appears.";
        "Notice periods of service contracts" (Monthly 35 "contracts" 15) ["Ironclad", "Outlook"]
            "Three cleaning contracts were prolonged last year because nobody saw the date."
            "A question to the owner four months ahead would do.";
        "Orders outside the agreed catalogue" (Weekly 80 "orders" 6) ["SAP Ariba", "Power BI"]
            "We look through orders of the week for things that should have come from a framework and write to the buyer."
            "Finding them is a comparison of articles, and the note to the buyer is always the same.";
    }
    "Procurement/Sourcing" {
        "Compare offers in one table" (Weekly 24 "requests" 45) ["Excel", "Outlook", "SAP Ariba"]
            "Offers arrive as PDF in every layout. We retype prices and delivery times to make them comparable."
            "Reading the offers into one table would leave more time for negotiating.";
        "Ask for offers from the usual suppliers" (Weekly 50 "requests" 12) ["SAP Ariba", "Outlook"]
            "For each drawing we pick five suppliers, attach the right revision and write five mails."
            "Group and size of the part decide whom to ask.";
        "Answer why an offer was not chosen" (Monthly 90 "letters" 8) ["Outlook"]
            "Suppliers deserve an answer, but in busy weeks we simply forget them."
            "The reasons are in the table already; the letter could be drafted from it.";
        "Raw material prices on one page" (Weekly 28 "prices" 6) ["Excel", "Power BI"]
            "Every Monday somebody opens a dozen websites and types prices into the market sheet."
            "The page could be there at seven, with last week beside it.";
        "Collect sustainability answers of suppliers" (Quarterly 180 "answers" 18) ["SAP Ariba", "Excel", "Outlook"]
            "Four customers want to know the footprint of our suppliers, each with another questionnaire."
            "One set of answers, kept up to date, could fill all four.";
        "Tooling lists at supplier sites" (Yearly 410 "tools" 12) ["Excel", "Outlook"]
            "Our moulds stand with forty suppliers, and once a year we ask each to count them and send photos."
            "Asking, reminding and comparing with the asset list is work for a robot.";
    }
};
