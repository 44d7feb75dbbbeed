//! Ideas about invoices, closing, tax, cash and travel.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "Finance/Accounts payable" {
        "Match supplier invoices to purchase orders" (Daily 50 "invoices" 6) ["SAP S/4HANA", "Outlook", "Kofax"]
            "Clerks open each PDF invoice, look up its purchase order in SAP, compare supplier, amount and lines, then post it or write to the buyer."
            "Nine in ten match without any question: a robot could read the invoice, find the order and post the clear cases; people keep the exceptions.";
        "Three-way match for goods receipts" (Daily 70 "receipts" 4) ["SAP S/4HANA", "Körber WMS"]
            "When an invoice is blocked for a missing receipt, we ask the warehouse by mail, wait, and look again the next day."
            "A robot could check each blocked item every hour and release it as soon as the receipt is booked.";
        "Rent invoices to cost centres" (Monthly 180 "rent invoices" 7) ["SAP S/4HANA", "Excel"]
            "The landlords send one invoice per building, and we split it over cost centres with a spreadsheet only Lena really understands."
            "The split is the same every month until somebody moves, so it could be posted from the list of rooms.";
        "Answer supplier questions about payment dates" (Daily 35 "mails" 5) ["Outlook", "SAP S/4HANA"]
            "Suppliers ask when they will be paid. We copy the invoice number into SAP, read the due date and write it back."
            "An answer within minutes would save us the second and third mail about the same invoice.";
        "Find invoices entered twice before they are paid" (Weekly 120 "suspects" 5) ["SAP S/4HANA", "Excel"]
            "The report lists everything with the same amount, so we go through a long list where nearly all lines are harmless."
            "If supplier, date and a cleaned invoice number were compared as well, we would look at ten lines instead of a hundred.";
        "Chase approvers of blocked invoices" (Daily 40 "reminders" 3) ["SAP S/4HANA", "Outlook"]
            "Invoices wait for a signature because the approver is on holiday or has simply forgotten. I write the same friendly mail all day."
            "Reminders and the choice of the deputy follow clear rules; early-payment discount would no longer be lost over it.";
        "Monthly statement check with the fifty largest suppliers" (Monthly 50 "statements" 40) ["SAP S/4HANA", "Excel", "Outlook"]
            "Each supplier sends a statement in its own layout and we tick off line by line what is open on our side."
            "Reading the statement and listing only the differences would turn two days into two hours.";
    }
    "Finance/Accounts payable/Invoice entry" {
        "Enter utility bills of all branches" (Monthly 320 "bills" 6) ["Kofax", "SAP S/4HANA"]
            "Power, water and waste bills come as scans, and the meter number decides which branch has to pay."
            "Meter numbers hardly ever change, so nearly every bill could be entered without anybody looking at it.";
        "Pick up invoices from supplier portals" (Weekly 90 "downloads" 8) ["Outlook", "SAP S/4HANA"]
            "Thirty suppliers no longer send invoices but only tell us that one is waiting in their portal. We sign in, search and download."
            "A robot with its own accounts could fetch them at night and put them with the others.";
        "Complete missing order numbers on invoices" (Daily 25 "invoices" 9) ["Kofax", "SAP S/4HANA", "Outlook"]
            "Without an order number an invoice lands in the clarification tray, although supplier and amount usually point to one open order."
            "Please let the system propose the order and let me only confirm it.";
        "Sort the shared invoice mailbox" (Daily 140 "mails" 2) ["Outlook"]
            "Invoices, reminders, advertising and questions all arrive in the same mailbox and we drag them into folders by hand."
            "Sorting by sender and attachment would be right for most of them, and nobody would start the day with it.";
    }
    "Finance/Accounts payable/Payment runs" {
        "Check the proposal list before each payment run" (Weekly 60 "exceptions" 6) ["SAP S/4HANA", "Kyriba"]
            "Before releasing the run we compare new bank details with the change log and call the supplier if something looks odd."
            "The comparison could be prepared for us, so that only real changes are left for the phone.";
        "Payment advice letters for foreign suppliers" (Weekly 75 "letters" 4) ["SAP S/4HANA", "Outlook"]
            "Some countries insist on a separate advice for each transfer, which we print, sign, scan and mail."
            "The layout is fixed and the data is in the payment run; it only needs putting together.";
        "Handle returned payments" (Weekly 18 "returns" 22) ["SAP S/4HANA", "Kyriba", "Outlook"]
            "When a bank sends money back we reverse the posting, find out why, correct the account and pay again."
            "The reason code tells what to do in four of five cases, and those could run through on their own.";
    }
    "Finance/Accounts receivable" {
        "Credit note approval reminders" (Daily 28 "reminders" 5) ["SAP S/4HANA", "Outlook"]
            "Credit notes above the limit wait for a sales manager. We list the old ones every morning and write to each manager."
            "A daily mail with the buttons in it would do, and customers would not have to ask twice.";
        "Assign incoming payments without a reference" (Daily 45 "payments" 8) ["SAP S/4HANA", "Kyriba"]
            "Customers pay several invoices in one sum and write nothing useful in the reference. We try combinations until the amount fits."
            "Trying combinations is exactly what a computer is good at.";
        "Release credit holds after payment" (Daily 20 "orders" 6) ["SAP S/4HANA", "Salesforce"]
            "Orders stay blocked for hours after the customer has paid, because somebody has to see the payment first."
            "Checking open items against the limit every quarter of an hour would let the warehouse ship the same day.";
        "Send invoices through customer portals" (Daily 55 "uploads" 6) ["SAP S/4HANA", "Outlook"]
            "Large customers accept invoices only in their own portal, each with other mandatory fields."
            "The fields repeat for each customer, so the upload could run overnight with a list of what failed.";
    }
    "Finance/Accounts receivable/Dunning" {
        "Dunning letters in the customer’s language" (Weekly 160 "letters" 4) ["SAP S/4HANA", "Outlook"]
            "The standard letter exists in German and English only. For everybody else we paste the text from a document on the shared drive."
            "With the language taken from the customer record, nobody would receive a reminder they can’t read.";
        "Prepare the weekly dunning meeting" (Weekly 30 "accounts" 12) ["SAP S/4HANA", "Excel", "Salesforce"]
            "For each late account I collect open items, disputes and the last three calls from different screens into one sheet."
            "The sheet could be waiting for us on Monday morning.";
        "Agree instalment plans and watch them" (Monthly 24 "plans" 25) ["SAP S/4HANA", "Excel"]
            "Instalments are kept in a spreadsheet, and whether the customer kept the plan is noticed late or not at all."
            "Each plan could be checked against the bank every day and a missed rate reported at once.";
    }
    "Finance/Group accounting" {
        "Intercompany balance confirmation" (Monthly 210 "balances" 18) ["SAP S/4HANA", "OneStream", "Outlook"]
            "At month end every pair of companies confirms balances by mail. We copy both figures into a sheet and chase the ones that differ."
            "Matching pairs could be confirmed without us; we would only explain the differences.";
        "Accruals from open orders" (Monthly 340 "orders" 6) ["SAP S/4HANA", "Excel"]
            "On the third working day we export open orders, ask the cost centre owners what was delivered, and post the accruals one by one."
            "Most owners answer with a plain yes, so a short form and an automatic posting would be enough.";
        "Fixed asset retirements" (Monthly 65 "assets" 15) ["SAP S/4HANA", "SharePoint"]
            "Scrapped machines are reported on paper forms, sometimes a year late, and each retirement needs three postings."
            "A digital form that starts the postings would keep the register honest.";
        "Collect reporting packages of the subsidiaries" (Monthly 38 "packages" 45) ["OneStream", "Excel", "Outlook"]
            "Subsidiaries send workbooks, we check totals against the ledger and send them back when a single cell is wrong."
            "If the checks ran when the file is uploaded, the sender could repair it straight away.";
        "Recurring journal entries at month end" (Monthly 130 "entries" 7) ["SAP S/4HANA", "Excel"]
            "Depreciation corrections, cost shares and insurance are posted from the same template every month with a new date."
            "It is pure copying under time pressure, and a slip costs us half a day of searching.";
        "Exchange rates into all ledgers" (Daily 42 "rates" 2) ["SAP S/4HANA", "OneStream"]
            "Each morning someone copies the central bank’s rates into two systems before the others may post."
            "It must be done by eight o’clock, also on the day after Christmas.";
    }
    "Finance/Tax" {
        "VAT number check on customer master data, all EU subsidiaries and the two Swiss entities" (Monthly 900 "numbers" 2) ["VIES", "SAP S/4HANA"]
            "We paste each VAT number into the public page and save a screenshot as proof. On Monday mornings the page is so slow that we give up."
            "Checking at night and keeping the proof with the customer would settle the point the auditors raise every year.";
        "Tax codes on purchase invoices" (Weekly 140 "invoices" 5) ["SAP S/4HANA", "Kofax"]
            "Wrong tax codes are found at the end of the month, when correcting them needs a reversal and a new posting."
            "Country, goods and supplier decide the code; comparing them at entry would catch nearly all of it.";
        "Dividend tax certificates" (Yearly 260 "certificates" 25) ["SharePoint", "Outlook"]
            "Certificates arrive as scans from banks in eleven countries and are typed into a list for the refund request."
            "Reading amount, date and country would leave us only the doubtful scans.";
        "Prepare the monthly sales listing for the tax office" (Monthly 14 "listings" 50) ["SAP S/4HANA", "DATEV", "Excel"]
            "Figures per company are exported, pivoted, compared with last month and typed into the portal of each country."
            "The portals accept a file, so a tested export would replace the typing.";
    }
    "Finance/Treasury" {
        "Bank statement download and split" (Daily 64 "statements" 6) ["Kyriba", "SAP S/4HANA"]
            "Nine banks are not connected. We sign in with a card reader, download statements and split the file per account."
            "The split and the posting need no thought at all; only the sign-in does.";
        "Cash forecast roll-up" (Weekly 31 "forecasts" 20) ["Excel", "Kyriba", "Outlook"]
            "Every Thursday the companies mail their forecast, each in a slightly different file, and I spend the afternoon merging them."
            "A fixed form and an automatic merge would give us a forecast on Thursday and not on Friday.";
        "Guarantee register with expiry reminders" (Monthly 45 "guarantees" 12) ["Excel", "Outlook"]
            "Bank guarantees sit in a spreadsheet, and we pay fees for some that nobody needs any more."
            "A reminder to the project lead before each renewal would pay for itself.";
    }
    "Finance/Travel" {
        "Travel expense plausibility check" (Weekly 110 "reports" 9) ["SAP Concur", "Excel"]
            "We compare receipts with the travel request, look for meals claimed twice and check the daily allowance of the country."
            "The simple rules could be ticked off beforehand, so that we look at the odd cases only.";
        "Card statement to cost centre" (Monthly 480 "lines" 3) ["SAP Concur", "SAP S/4HANA"]
            "Company card lines without a report are assigned by hand, mostly by guessing from the merchant’s name."
            "Last year’s assignments would answer most of them.";
        "Remind travellers of missing receipts" (Weekly 85 "reminders" 3) ["SAP Concur", "Outlook"]
            "People forget the hotel invoice and we notice only when the report is due for payment."
            "A reminder on the day after the trip, while the paper is still in the bag, would help everybody.";
    }
};
