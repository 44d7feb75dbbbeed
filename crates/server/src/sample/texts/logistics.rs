//! Ideas about warehouses, transport and customs.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "Logistics/Warehousing" {
        "Daily stock differences" (Daily 40 "differences" 11) ["Körber WMS", "SAP S/4HANA"]
            "Warehouse and ledger never agree in the morning. We look at each difference, find the late posting, and correct the rest."
            "Late postings explain most of them and could be sorted out before we arrive.";
        "Cycle count lists for the night shift" (Daily 12 "lists" 15) ["Körber WMS", "Excel"]
            "The planner picks the bins to be counted by gut feeling and prints the lists before going home."
            "Bins with many moves or a high value could be chosen by the system.";
        "Block expired goods" (Weekly 85 "batches" 6) ["Körber WMS", "SAP S/4HANA"]
            "We filter batches by date and block them one by one, then tell sales what is gone."
            "It is the same filter every week, and forgetting it once was expensive.";
        "Relabel goods after a customer change" (Weekly 130 "labels" 4) ["Körber WMS"]
            "When an order moves to another customer, we print new labels from a screen that shows one pallet at a time."
            "A list of pallets should be enough to get all labels in one go.";
        "Pallet account balances with carriers" (Monthly 75 "accounts" 25) ["Excel", "Outlook"]
            "Exchanged pallets are counted on slips. At the end of the month our number and the carrier’s number differ, and nobody knows why."
            "If slips were read on the day, the difference could be settled while the driver still remembers.";
        "Slow movers report for all sites" (Monthly 18 "sites" 55) ["SAP S/4HANA", "Excel"]
            "Stock ages are exported per site, merged, and commented by somebody who knows the articles."
            "Merging can be automatic so that the time goes into the comments.";
    }
    "Logistics/Warehousing/Goods receipt" {
        "Delivery notes into the warehouse system" (Daily 95 "notes" 5) ["Kofax", "Körber WMS"]
            "Drivers wait while we type order number, batch and quantity from a crumpled note."
            "Reading the note with a camera would get the trucks off the yard faster.";
        "Announce late deliveries to planning" (Daily 30 "deliveries" 6) ["SAP S/4HANA", "Outlook"]
            "We see on the dock that something is missing, but production learns of it when the line stops."
            "A message to the planner at the end of each window would give them half a day.";
        "Photos of damaged goods to the carrier" (Weekly 25 "claims" 20) ["Körber WMS", "Outlook"]
            "Pictures are taken with private phones, mailed to the office, renamed and attached to a claim form."
            "An app that keeps picture, order and carrier together would win us more claims.";
        "Weigh-bridge tickets to purchase orders" (Daily 45 "tickets" 6) ["SAP S/4HANA", "Excel"]
            "Tickets are handwritten and entered in the evening, often with numbers turned round."
            "The scale has an interface; it only needs connecting to the receipt.";
    }
    "Logistics/Transport" {
        "Book time slots with customers" (Daily 60 "slots" 7) ["Transporeon", "Outlook", "SAP S/4HANA"]
            "Every large customer has its own portal for unloading slots, and a slot is only free when you look at the right moment."
            "A robot could look all day and take the first slot that fits the tour.";
        "Check freight invoices against tariffs" (Weekly 220 "invoices" 7) ["SAP S/4HANA", "Excel", "Transporeon"]
            "We look up the zone, the weight and the diesel surcharge for each line, and find a mistake in every twelfth invoice."
            "All tariffs are tables, so everything that fits could be released unseen.";
        "Track and trace for key accounts" (Daily 80 "shipments" 3) ["Transporeon", "Salesforce"]
            "Key accounts want to know each morning where their goods are. We copy the status from nine carrier pages into a mail."
            "The mail could be ready before the customer has had coffee.";
        "Proof of delivery to the invoice" (Daily 110 "documents" 3) ["Outlook", "SAP S/4HANA"]
            "Signed notes come back as scans, and billing waits until we have renamed and attached them."
            "The number on the note is printed and easy to read, even when the signature is not.";
        "Toll statements to tours" (Monthly 360 "lines" 3) ["Excel", "SAP S/4HANA"]
            "The toll provider lists passages by number plate. We match them to tours to bill customers correctly."
            "Plate and time are on both lists, so a match takes a computer no time at all.";
        "Choose the cheapest carrier for small parcels" (Daily 90 "parcels" 3) ["Transporeon", "Körber WMS"]
            "We compare three price lists by hand and, when it is busy, just take the usual one."
            "The choice could be printed on the label while the parcel is packed.";
    }
    "Logistics/Trade compliance" {
        "Customs declarations for returns" (Daily 26 "returns" 18) ["AEB Customs", "SAP S/4HANA", "Outlook"]
            "For goods coming back we search the original export, copy tariff number, value and weight into a new declaration and attach the old one."
            "Everything needed is in our own system; we only carry it from one screen to the next.";
        "Screen new customers against sanctions lists" (Daily 35 "names" 6) ["AEB Customs", "SAP S/4HANA"]
            "Hits are nearly always people with the same name. We compare address and birth date and note why it is not them."
            "The obvious mismatches could be noted automatically, with the reason on file.";
        "Supplier declarations of origin" (Yearly 650 "declarations" 15) ["MIC Tariff", "Outlook", "Excel"]
            "Each January we write to all suppliers, remind them until April and enter what they send on paper."
            "Writing, reminding and entering could go on without us, and we would check the odd answers.";
        "Tariff numbers for new articles" (Weekly 48 "articles" 14) ["MIC Tariff", "SAP S/4HANA"]
            "Purchasing creates articles without a number, so we search similar ones and ask the engineer what it is made of."
            "A proposal from similar articles would be right most of the time and quick to confirm.";
        "Close transit documents in time" (Weekly 55 "documents" 9) ["AEB Customs", "Outlook"]
            "Open transit documents must be closed within days or we are fined; the list is on paper in the gate house."
            "An alarm the day before would have saved us two fines this year.";
        "Monthly statistics of goods sent within Europe" (Monthly 16 "reports" 70) ["SAP S/4HANA", "AEB Customs"]
            "Weights are missing for many articles, and we fill them from drawings on the last day."
            "If the gaps were reported every week, the last day would be an ordinary one.";
    }
};
