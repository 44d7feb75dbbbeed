//! Ideas about complaints, field service and what customers ask.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "Service/Complaints" {
        "Complaint routing by product line" (Daily 65 "complaints" 6) ["Salesforce", "Outlook"]
            "All complaints reach one mailbox. We read each, find the product line and pass it to one of eleven teams, sometimes the wrong one."
            "Product number and a few words decide the team; wrong turns cost the customer a day each.";
        "First answer to a complaint within the hour" (Daily 65 "answers" 5) ["Salesforce", "Outlook"]
            "We promise an answer within an hour and miss it whenever two people are at lunch."
            "A first answer with the case number and the next step needs no human.";
        "Ask for missing serial numbers and photos" (Daily 28 "mails" 5) ["Salesforce", "Outlook"]
            "Every second complaint lacks the serial number or a picture, so the case waits for days."
            "Asking at once, in the customer’s language, would halve the time to solve it.";
        "Credit small claims without discussion" (Weekly 90 "claims" 10) ["Salesforce", "SAP S/4HANA"]
            "Claims under fifty euros cost more to discuss than to pay, yet they pass three desks."
            "With a limit per customer and year, the credit note could be written straight away.";
        "Monthly complaint report per plant" (Monthly 6 "reports" 120) ["Salesforce", "Excel", "Power BI"]
            "Causes are spelled in a hundred ways, and I group them by hand before the charts make sense."
            "Grouping by words would be good enough, and comparable from month to month.";
        "Link complaints to production batches" (Weekly 70 "cases" 9) ["Salesforce", "Siemens Opcenter"]
            "To see whether a batch is bad we search the serial number in a second system and note the batch."
            "If the batch stood in the case, a bad series would show on the second complaint and not on the tenth.";
    }
    "Service/Field service" {
        "Plan technician visits for the week" (Weekly 120 "visits" 6) ["IBM Maximo", "Outlook"]
            "Skills, distance, spare parts and promised dates are moved about on a whiteboard until it fits."
            "A proposal that respects all four would be a better start than an empty board.";
        "Service reports from paper to system" (Daily 40 "reports" 8) ["IBM Maximo", "Kofax"]
            "Technicians write on carbon paper; we type hours, parts and readings two weeks later."
            "Reading the form, or better a form on the phone, would let us bill the same day.";
        "Remind customers of yearly maintenance" (Monthly 160 "reminders" 5) ["IBM Maximo", "Salesforce", "Outlook"]
            "Contracts promise a visit each year. We search due machines, write to the customer and agree a date."
            "The letter and a choice of dates could go out on their own.";
        "Warranty check before a visit" (Daily 35 "checks" 7) ["SAP S/4HANA", "IBM Maximo"]
            "Before sending somebody we look up delivery date, contract and earlier repairs in three places."
            "The answer is yes or no and should simply stand on the work order.";
        "Travel times of technicians to payroll" (Weekly 85 "sheets" 7) ["IBM Maximo", "ADP Payroll"]
            "Times are entered for the customer and then once more for payroll, with other rounding."
            "Both roundings are written down, so one entry is enough.";
        "Visitor passes for customer sites" (Weekly 45 "passes" 10) ["Outlook", "IBM Maximo"]
            "Power plants and ports want names, passport numbers and training proofs days ahead, each on its own form."
            "The data is the same each time and could fill all the forms.";
    }
    "Service/Field service/Spare parts" {
        "Spare part availability for callers" (Daily 90 "questions" 4) ["SAP S/4HANA", "Salesforce"]
            "Customers call to ask whether a part is in stock and when it would arrive; we look in three warehouses."
            "A page for dealers would answer most of it day and night.";
        "Find the successor of a discontinued part" (Daily 22 "parts" 12) ["SAP S/4HANA", "SharePoint"]
            "Old numbers point to drawings, drawings to newer numbers, and sometimes the chain ends with a retired colleague."
            "Following the chain once for all parts and keeping the result would help a lot of people.";
        "Return of defective parts" (Weekly 60 "returns" 12) ["SAP S/4HANA", "Outlook"]
            "We write the return form, send a label, wait for the part and remind the customer before we charge it."
            "All but the inspection itself follows the calendar.";
        "Emergency orders at the weekend" (Weekly 14 "orders" 25) ["SAP S/4HANA", "Teams"]
            "On Saturdays the one on duty takes the call, enters the order at home and phones the warehouse."
            "If the caller’s form started the order, the phone would be for real emergencies.";
    }
    "Service/Customer requests" {
        "Copies of invoices and delivery notes" (Daily 70 "requests" 4) ["Outlook", "SAP S/4HANA"]
            "Customers ask for copies they already had. We search, save as PDF and send."
            "The number stands in the mail, so the answer could be out before we have read it.";
        "Address and contact changes of customers" (Daily 38 "changes" 5) ["Outlook", "Salesforce", "SAP S/4HANA"]
            "Changes come by mail and are typed into two systems that slowly drift apart."
            "One change should reach both, with a note to sales.";
        "Where is my order" (Daily 120 "questions" 4) ["Salesforce", "SAP S/4HANA", "Transporeon"]
            "A third of all calls ask the same thing. We open order, delivery and carrier page to read out one date."
            "That date could be in a mail before the customer reaches for the phone.";
        "Translate incoming requests" (Daily 32 "mails" 6) ["Outlook", "Teams"]
            "Mails in Polish, Turkish or Finnish wait for the one colleague who speaks it."
            "A rough translation is enough to see who should answer.";
        "Certificates of conformity on request" (Daily 27 "certificates" 8) ["SharePoint", "Outlook", "SAP S/4HANA"]
            "For each delivery we look for the certificate of the batch in folders by year and mail it."
            "Batch in, certificate out: no one needs to be in between.";
        "Survey after a solved case" (Weekly 150 "surveys" 2) ["Salesforce", "Excel"]
            "We should ask each customer how it went but only get round to a few, usually the happy ones."
            "Asking everybody automatically would give us an honest number.";
    }
};
