//! Ideas about tenders, orders, prices and customer records.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "Sales/Tenders" {
        "Tender watch for public buyers" (Daily 35 "notices" 5) ["TED tenders", "Outlook"]
            "We read the public journal every day, look for cranes and lifting gear, and forward what might be for us."
            "Our words and countries are known; the list could come by mail with the deadline on top.";
        "Standard documents for each bid" (Weekly 12 "bids" 90) ["SharePoint", "Salesforce"]
            "Every bid wants the register extract, tax statement, references and policies, none of them older than three months."
            "A folder that keeps itself fresh would save the last evening before each deadline.";
        "Split tender questions among experts" (Weekly 40 "questions" 15) ["Excel", "Outlook", "SharePoint"]
            "A tender has up to three hundred questions. We cut the sheet into parts, mail them and glue the answers together."
            "Who answers what is nearly always the same as last time.";
        "Reference list by country and product" (Monthly 25 "lists" 35) ["Salesforce", "Excel"]
            "References are gathered from old bids, and we call customers to ask whether we may still name them."
            "One list with permissions and dates would end the searching.";
        "Won and lost bids for the monthly report" (Monthly 60 "bids" 8) ["Salesforce", "Power BI"]
            "Reasons for losing are written as free text, so nobody can count them."
            "Ask for the reason when a bid is closed, and the report makes itself.";
    }
    "Sales/Order entry" {
        "Orders by mail into SAP" (Daily 130 "orders" 7) ["Outlook", "SAP S/4HANA", "Kofax"]
            "Customers send orders as PDF or in the text of a mail. We type article, quantity and date and look up our own number."
            "Regular customers always use the same layout; those orders could be entered before we come in.";
        "Order confirmation with the real date" (Daily 110 "confirmations" 4) ["SAP S/4HANA", "Outlook"]
            "The printed date is a guess, so we ask planning and correct it by hand."
            "If planning’s date were taken over every hour, we would confirm once and rightly.";
        "Check new orders against the offer" (Daily 45 "orders" 9) ["Salesforce", "SAP S/4HANA"]
            "Prices, terms and revision of the drawing must be those we offered; about one order in ten differs."
            "Show me the differences and let the rest pass.";
        "Blanket order call-offs" (Daily 80 "call-offs" 4) ["SAP S/4HANA", "Outlook"]
            "Car makers send call-offs twice a day, many of them changing the same lines again."
            "Only changes within the next two weeks matter; the others could be taken over silently.";
        "Minimum quantity and freight surcharges" (Daily 50 "orders" 3) ["SAP S/4HANA"]
            "Small orders should carry a surcharge, but it has to be added by hand and is often forgotten."
            "The rule has three lines. It would bring in money from the first day.";
        "Samples for prospects" (Weekly 30 "samples" 14) ["Salesforce", "SAP S/4HANA", "Körber WMS"]
            "A sample needs an order without price, a note to the warehouse and a reminder to call two weeks later."
            "One click in the customer record should do all three.";
    }
    "Sales/Order entry/Price lists" {
        "Yearly price list for dealers" (Yearly 85 "lists" 180) ["SAP S/4HANA", "Excel"]
            "Each dealer has its own discounts and currency. We build the lists in spreadsheets through all of November."
            "Discounts are in the system, and so are the prices; only the layout is missing.";
        "Special price requests from the field" (Daily 24 "requests" 12) ["Salesforce", "Outlook", "SAP S/4HANA"]
            "The salesperson mails, the manager mails back, and somebody types the price in for ninety days."
            "A form with the margin shown would be decided faster and remembered better.";
        "Expired special prices" (Monthly 190 "prices" 4) ["SAP S/4HANA", "Outlook"]
            "When a special price ends, the next order simply has the list price and the customer is cross."
            "Tell the salesperson two weeks ahead and ask: prolong or let it end.";
        "Competitor prices for the top hundred articles" (Weekly 100 "articles" 4) ["Excel", "Power BI"]
            "An intern looks at four web shops and writes prices into a sheet."
            "It could be done overnight, and the intern could do something interesting.";
    }
    "Sales/Customer data" {
        "New customers with a complete record" (Daily 26 "customers" 14) ["Salesforce", "SAP S/4HANA", "Creditreform"]
            "Register number, credit check, tax number and payment terms come from four places before the first order can be entered."
            "All four can be looked up by name and address, with one person to approve.";
        "Find customers stored twice" (Monthly 150 "pairs" 8) ["Salesforce", "Excel"]
            "The same firm is stored with and without its legal form, and its history is split."
            "Similar names at the same address could be offered for merging.";
        "Bounced newsletters and gone contacts" (Monthly 220 "contacts" 3) ["Salesforce", "Outlook"]
            "Mails bounce since people change jobs. We look for the new contact on the customer’s website."
            "At least mark them and ask the salesperson, so that the list stops rotting.";
        "Credit limits before the season" (Yearly 900 "customers" 7) ["Creditreform", "SAP S/4HANA", "Excel"]
            "Each February we review limits by turnover, payment behaviour and rating, row by row."
            "Rules cover the small customers, so we could talk about the hundred that matter.";
        "Birthday and anniversary cards for key accounts" (Monthly 45 "cards" 10) ["Salesforce", "Outlook"]
            "It sounds trivial, but customers like it and we forget it as soon as there is a fair."
            "A list with addresses on the first of the month is all we ask for.";
        "Visit reports into the customer record" (Weekly 75 "reports" 9) ["Salesforce", "Outlook"]
            "Colleagues dictate or mail their notes and inside sales copies them into the right record."
            "Mailing to a fixed address could file the note and set the follow-up.";
    }
};
